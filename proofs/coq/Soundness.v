(* What the checker accepts is true, in every commutative ring, for all tensors and integers. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules LocalRules RangeRules SplitJoin Checker.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* Where the defined names have their values. *)
Definition is_defined (r : env) (d : definition) : Prop :=
  let: (kind, x, a, b) := d in
  r x = if kind is Floor then (ev r a / ev r b)%Z else Z.max (ev r a) (ev r b).
Fixpoint are_defined (r : env) (ds : seq definition) : Prop :=
  if ds is d :: ds' then is_defined r d /\ are_defined r ds' else True.
Definition all_ge (r : env) (F : seq poly) : Prop := forall f, f \in F -> (0 <= ev r f)%Z.

(* Each defined name in turn gets its value. *)
Definition assigned (r : env) (d : definition) : env :=
  let: (kind, x, a, b) := d in upd r x (if kind is Floor then (ev r a / ev r b)%Z else Z.max (ev r a) (ev r b)).

Lemma assigned_off ds r x : x \notin [seq d.1.1.2 | d <- ds] -> foldl assigned r ds x = r x.
Proof.
elim: ds r => [|[[[kind y] a] b] ds IH] r //; rewrite inE => /norP[x_y x_ds].
by rewrite [foldl _ _ _]/= IH // upd_other.
Qed.

Lemma assigned_are_defined ds r : definitions_in_order ds -> are_defined (foldl assigned r ds) ds.
Proof.
elim: ds r => [|[[[kind x] a] b] ds IH] r // /and4P[/andP[x_ds _] a_free b_free order]; split; last exact: IH.
set s := foldl _ _ _; have off y : y \notin x :: [seq d.1.1.2 | d <- ds] -> r y = s y.
  by rewrite inE => /norP[y_x y_ds]; rewrite /s [foldl _ _ _]/= assigned_off // upd_other.
by rewrite /is_defined -(ev_off a_free off) -(ev_off b_free off) /s [foldl _ _ _]/= assigned_off // upd_same.
Qed.

Lemma all_ge_cat r F F' : all_ge r F -> all_ge r F' -> all_ge r (F ++ F').
Proof. by move=> ge ge' f; rewrite mem_cat => /orP[/ge|/ge']. Qed.

(* Steps *)
Section Steps.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.

Lemma resultsP t s u new : well_formed c t -> well_formed c u -> results c t s u = Some new ->
  all (well_formed c) new -> (if s is Merge _ _ _ then den T r t + den T r u else den T r t) = total T r new.
Proof.
move=> wf wf_u; case: s => /=.
- by move=> _ v i; apply: pointP.
- by move=> _ bs forth back; apply: change_bracketsP.
- by move=> _ P; apply: emptyP.
- by move=> _ p; apply: casesP.
- by move=> _ i; apply: complementP.
- by move=> _ v negative k m P1 P2 P3 P4; apply: reindexP.
- by move=> _ v q p N M P1 P2; apply: splitP.
- by move=> _ q p v P1 P2; apply: joinP.
- by move=> _ v F i P Q; apply: sum_upP.
- by move=> _ p numerators fs Ps; apply: rewrite_termP.
- by move=> _ q a b _; apply: defineP.
- by move=> _ q [[e P]|]; apply: put_quotient_valueP.
- by move=> _ _ names; apply: mergeP.
Qed.

Lemma den_nothing t : coefficient t = [::] -> den T r t = 0.
Proof.
move=> zero; rewrite /den (@eq_sums_everywhere _ _ _ _ (fun _ => 0 * 0)) => [|r']; first by rewrite sums_scale mul0r.
by rewrite /summand /body /weight zero /= zr0 !mul0r; case: ifP.
Qed.

Lemma total_nonzero ts : total T r (nonzero ts) = total T r ts.
Proof.
rewrite /total big_filter big_mkcond; apply: eq_bigr => t _; case: eqP => // zero; rewrite den_nothing //.
Qed.

Lemma total_cat ts ts' : total T r (ts ++ ts') = total T r ts + total T r ts'.
Proof. exact: big_cat. Qed.

(* The terms at some positions, and the others. *)
Lemma others ts (js : seq nat) : [seq x.2 | x <- zip (iota 0 (size ts)) ts & x.1 \notin js] =
  [seq nth zero_term ts j | j <- iota 0 (size ts) & j \notin js].
Proof.
have pairs : zip (iota 0 (size ts)) ts = [seq (j, nth zero_term ts j) | j <- iota 0 (size ts)].
  have sizes : size (iota 0 (size ts)) = size ts by rewrite size_iota.
  apply: (@eq_from_nth _ (0%N, zero_term)) => [|j]; first by rewrite size_map size1_zip // sizes.
  rewrite size1_zip ?sizes // => j_ts; rewrite nth_zip // (nth_map 0%N) ?sizes //.
  by rewrite nth_iota.
by rewrite pairs filter_map -map_comp.
Qed.

Lemma total_taken ts (js : seq nat) : all (fun j => (j < size ts)%N) js -> uniq js ->
  total T r ts = \sum_(j <- js) den T r (nth zero_term ts j)
    + total T r [seq nth zero_term ts j | j <- iota 0 (size ts) & j \notin js].
Proof.
move=> /allP in_ts uniq_js; rewrite /total big_map big_filter (big_nth zero_term) /index_iota subn0.
rewrite (bigID (mem js)) /=; congr (_ + _); rewrite -big_filter; apply: perm_big; apply: uniq_perm => //.
  by rewrite filter_uniq ?iota_uniq.
by move=> j; rewrite mem_filter mem_iota /= andb_idr // => /in_ts.
Qed.

Lemma apply_stepP ts s ts' : all (well_formed c) ts -> apply_step c ts s = Some ts' ->
  all (well_formed c) ts' /\ total T r ts = total T r ts'.
Proof.
move=> wf_ts; rewrite /apply_step; case: ifP => // /andP[in_ts uniq_js].
case E: (results _ _ _ _) => [new|] // step; case: (@some_ifP _ _ _ _ step) => wf_new <- {step}.
have wf_nth j : (j < size ts)%N -> well_formed c (nth zero_term ts j) by move=> j_ts; apply: (all_nthP _ wf_ts).
have wf_kept (p : pred term) us : all (well_formed c) us -> all (well_formed c) [seq u <- us | p u].
  by elim: us => [|u us IH] //= /andP[wf_u /IH {}IH]; case: (p u) => //=; rewrite wf_u.
split.
  rewrite all_cat others all_map; apply/andP; split; last exact: wf_kept.
  by apply/allP => j; rewrite mem_filter mem_iota /= => /andP[_ /wf_nth].
rewrite others (total_taken in_ts uniq_js) total_cat total_nonzero addrC; congr (_ + _).
rewrite -(resultsP _ _ E wf_new).
- by case: (s); intros; rewrite /= ?big_cons big_nil ?addr0.
- by apply: wf_nth; case: (s) in_ts => /= *; lia.
- by apply: wf_nth; case: (s) in_ts => /= *; lia.
Qed.

Lemma runP ts ss ts' : all (well_formed c) ts -> run c ts ss = Some ts' -> total T r ts = total T r ts'.
Proof.
elim: ss ts => [|s ss IH] ts wf_ts /=; first by case=> ->.
by case E: (apply_step _ _ _) => [us|] // /IH <-; case: (apply_stepP wf_ts E).
Qed.

Lemma den_scaled d t : den T r (with_coefficient t (mul (constant d) (coefficient t))) = zr R d * den T r t.
Proof.
rewrite /den -sums_scale; apply: eq_sums_everywhere => r'.
rewrite /summand /body /weight /= ev_mul ev_constant zrM -mulrA.
by case: ifP; rewrite ?mulr0.
Qed.

Lemma total_scaled d ts : total T r (scaled d ts) = zr R d * total T r ts.
Proof. by rewrite /total big_map mulr_sumr; apply: eq_bigr => t _; apply: den_scaled. Qed.
End Steps.

(* The context *)
Lemma max_facts r x a b : r x = Z.max (ev r a) (ev r b) -> all_ge r (definition_facts (Max, x, a, b)).
Proof. by move=> eq_x f; rewrite !inE => /or3P[] /eqP ->; rewrite ?ev_opp ?ev_mul !ev_sub ev_variable eq_x; nia. Qed.

Lemma define_allP r known assumed ds Ps known' Ps' : define_all known assumed ds Ps = Some (known', Ps') ->
  are_defined r ds -> all_ge r known -> all_ge r assumed -> all_ge r known'.
Proof.
move=> + + + assumed_ge; elim: ds known Ps => [|[[[[] x] a] b] ds IH] known Ps /=; first by case=> <-.
  case: Ps => [|P Ps] //; case: ifP => // b_ge /IH{IH} IH [eq_x /IH{IH} IH] known_ge.
  apply/IH/all_ge_cat => //; apply: quotient_factsP => //.
  have := shows_geP (all_ge_cat known_ge assumed_ge) b_ge; rewrite ev_sub ev_constant; lia.
by move=> /IH{IH} IH [eq_x /IH{IH} IH] known_ge; apply/IH/all_ge_cat => //; apply: max_facts.
Qed.

Lemma check_contextP S C c r : check_context S C = Some c -> are_defined r (defined S) -> all_ge r (assumed S) ->
  valid c r.
Proof.
rewrite /check_context; case E: (define_all _ _ _ _) => [[known Ps]|] // checked defs assumed_ge.
case: (@some_ifP _ _ _ _ checked) => /and5P[_ needed new wf_c _] <- {checked}.
have H_ge : all_ge r (known ++ assumed S) by apply: all_ge_cat => //; exact: define_allP E defs _ _.
have proved b P : shows_ge (known ++ assumed S) (sub b one) P -> (1 <= ev r b)%Z.
  by move=> /(shows_geP H_ge); rewrite ev_sub ev_constant; lia.
split=> // b; rewrite /= mem_undup mem_cat => /orP[]; last first.
  by elim: (new_denominators _) new => [|[b' P] l IH] //= /andP[/proved b_ge /IH {}IH]; rewrite inE => /orP[/eqP ->|].
elim: (flatten _) Ps needed {E} => [|b' bs IH] [|P Ps] //= /andP[/proved b_ge /IH {}IH].
by rewrite inE => /orP[/eqP ->|].
Qed.

(* Both sides, times the scale, are equal; so they are themselves where the scale is 1, or in the integers. *)
Theorem check_scaled S C (R : comRingType) (T : nat -> seq Z -> R) r : check S C -> are_defined r (defined S) ->
  all_ge r (assumed S) -> zr R (scale C) * total T r (left_side S) = zr R (scale C) * total T r (right_side S).
Proof.
rewrite /check; case E: (check_context S C) => [c|] // /and3P[_ wf_ts] checked defs assumed_ge.
have c_valid := check_contextP E defs assumed_ge.
case run_ts: (run _ _ _) checked => [[|t ts]|] // _; have := runP T c_valid wf_ts run_ts.
rewrite total_nonzero total_cat !total_scaled zrN mulNr [total T r [::]]big_nil => /eqP.
by rewrite subr_eq0 => /eqP.
Qed.

Theorem check_sound S C (R : comRingType) (T : nat -> seq Z -> R) r : check S C -> scale C = 1%Z ->
  are_defined r (defined S) -> all_ge r (assumed S) -> total T r (left_side S) = total T r (right_side S).
Proof. by move=> checked scale1 defs /(check_scaled T checked defs); rewrite scale1 zr1 !mul1r. Qed.

Theorem check_sound_for_integers S C (T : nat -> seq Z -> Z) r :
    check S C -> are_defined r (defined S) -> all_ge r (assumed S) ->
  total (R := [comRingType of Z]) T r (left_side S) = total (R := [comRingType of Z]) T r (right_side S).
Proof.
move=> checked defs assumed_ge; have := @check_scaled _ _ [comRingType of Z] T r checked defs assumed_ge.
move: checked; rewrite /check; case: (check_context S C) => // c /and3P[/Z.ltb_spec0 d_gt _ _].
have -> : zr [comRingType of Z] (scale C) = scale C by rewrite /zr -ZInstances.Z_of_intE; lia.
by move=> /Z.mul_reg_l; apply; lia.
Qed.

Lemma check_in_order S C : check S C -> definitions_in_order (defined S).
Proof.
rewrite /check /check_context; case: (define_all _ _ _ _) => [[known Ps]|] //.
by rewrite /some_if; case: ifP => // /and5P[].
Qed.
