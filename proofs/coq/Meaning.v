(* What terms mean in any commutative ring R, for any tensors T and any integers r for the free names. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg ssrint.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition holds (r : env) (b : bracket) : bool := if b.1 is Ge then Z.leb 0 (ev r b.2) else Z.eqb (ev r b.2) 0.
Definition counts (r : env) (bs : seq bracket) : bool := all (holds r) bs.

(* Each quotient in turn gets its value. *)
Definition settle (qs : seq quotient) (r : env) : env :=
  foldl (fun r q => upd r q.1.1 (ev r q.1.2 / ev r q.2)%Z) r qs.

Definition box (r : env) (vs : seq (nat * poly)) : seq (nat * Z) := [seq (v.1, ev r v.2) | v <- vs].

Section Meaning.
Variable R : comRingType.
Variable T : nat -> seq Z -> R.

(* An integer in the ring. *)
Definition zr (a : Z) : R := (int_of_Z a)%:~R.

Definition factor_value (r : env) (f : factor) : R := T f.1 (map (ev r) f.2).
Definition weight (t : term) (r : env) : R := zr (ev r (coefficient t)) * \prod_(f <- factors t) factor_value r f.
Definition body (t : term) (r : env) : R := if counts r (brackets t) then weight t r else 0.
Definition summand (t : term) (r : env) : R := body t (settle (quotients t) r).
Definition den (r : env) (t : term) : R := sums (box r (ranges t)) r (summand t).
Definition total (r : env) (ts : seq term) : R := \sum_(t <- ts) den r t.
End Meaning.

(* Where a context says the truth. *)
Record valid (c : context) (r : env) : Prop := Valid {
  valid_context : well_formed_context c;
  hypotheses_hold : forall h, h \in hypotheses c -> (0 <= ev r h)%Z;
  positive_hold : forall b, b \in positive c -> (1 <= ev r b)%Z
}.

Section Ring.
Variable R : comRingType.
Lemma zrD a b : zr R (a + b) = zr R a + zr R b.
Proof. by rewrite /zr -intrD; congr (_%:~R); lia. Qed.
Lemma zrN a : zr R (- a) = - zr R a.
Proof. by rewrite /zr -mulrNz; congr (_ *~ _); lia. Qed.
Lemma zrB a b : zr R (a - b) = zr R a - zr R b.
Proof. by rewrite -zrN -zrD. Qed.
Lemma zrM a b : zr R (a * b) = zr R a * zr R b.
Proof. by rewrite /zr -intrM; congr (_%:~R); lia. Qed.
Lemma zr0 : zr R 0 = 0.
Proof. by []. Qed.
Lemma zr1 : zr R 1 = 1.
Proof. by []. Qed.
End Ring.

(* Quotients *)
Fixpoint orderly (qs : seq quotient) : bool :=
  if qs is (q, a, b) :: qs' then
    let later := q :: quotient_names qs' in
    [&& q \notin quotient_names qs', ~~ uses later a, ~~ uses later b & orderly qs']
  else true.
Definition solves (qs : seq quotient) (s : env) : Prop :=
  forall q a b, (q, a, b) \in qs -> s q = (ev s a / ev s b)%Z.

Lemma settle_cons q a b qs r : settle ((q, a, b) :: qs) r = settle qs (upd r q (ev r a / ev r b)%Z).
Proof. by []. Qed.

Lemma settle_off qs r x : x \notin quotient_names qs -> settle qs r x = r x.
Proof.
elim: qs r => [|[[q a] b] qs IH] r //; rewrite inE => /norP[x_q x_qs].
by rewrite settle_cons IH // upd_other.
Qed.

Lemma eq_settle qs r r' : r =1 r' -> settle qs r =1 settle qs r'.
Proof.
elim: qs r r' => [|[[q a] b] qs IH] r r' h //; rewrite !settle_cons; apply: IH => x.
by rewrite (ev_eq a h) (ev_eq b h) /upd h.
Qed.

Lemma settle_solves qs r : orderly qs -> solves qs (settle qs r).
Proof.
elim: qs r => [|[[q a] b] qs IH] r // /and4P[q_qs a_free b_free order] q' a' b'.
rewrite settle_cons inE => /orP[/eqP[-> -> ->]|]; last exact: IH.
set s := settle _ _; have off x : x \notin q :: quotient_names qs -> r x = s x.
  by rewrite inE => /norP[x_q x_qs]; rewrite /s settle_off // upd_other.
by rewrite -(ev_off a_free off) -(ev_off b_free off) /s settle_off // upd_same.
Qed.

(* Values of quotients depend only on what the quotients use. *)
Lemma solves_agree xs qs s s' :
    orderly qs -> all (fun q : quotient => ~~ uses xs q.1.2 && ~~ uses xs q.2) qs -> solves qs s -> solves qs s' ->
    (forall x, x \notin xs -> x \notin quotient_names qs -> s x = s' x) ->
  forall x, x \notin xs -> s x = s' x.
Proof.
elim: qs => [|[[q a] b] qs IH] /=; first by move=> _ _ _ _ off x x_xs; apply: off.
move=> /and4P[q_qs a_free b_free order] /andP[/andP[a_xs b_xs] avoid] sol sol' off; apply: IH => // [||x x_xs x_qs].
- by move=> q' a' b' q'_qs; apply: sol; rewrite inE q'_qs orbT.
- by move=> q' a' b' q'_qs; apply: sol'; rewrite inE q'_qs orbT.
have off2 p : ~~ uses xs p -> ~~ uses (q :: quotient_names qs) p -> ev s p = ev s' p.
  move=> p_xs p_free; apply: ev_agree => y y_p; apply: off.
    by apply: contraNN p_xs; apply: uses_in.
  by apply: contraNN p_free; apply: uses_in.
case: (x =P q) => [->|/eqP x_q]; last by apply: off; rewrite // inE negb_or x_q.
by rewrite (sol q a b) ?(sol' q a b) ?inE ?eqxx // (off2 a) // (off2 b).
Qed.

Lemma settle_unique qs r s : orderly qs -> solves qs s -> (forall x, x \notin quotient_names qs -> s x = r x) ->
  s =1 settle qs r.
Proof.
move=> order sol off x.
apply: (@solves_agree [::] qs) => //; last by move=> y _ y_qs; rewrite settle_off // off.
  apply/allP => q _; rewrite /uses -!all_predC.
  by apply/andP; split; apply/allP => t _ /=; rewrite -all_predC all_predT.
exact: settle_solves.
Qed.

Lemma quotient_factsP s q a b : s q = (ev s a / ev s b)%Z -> (1 <= ev s b)%Z ->
  forall f, f \in quotient_facts (q, a, b) -> (0 <= ev s f)%Z.
Proof.
move=> q_eq b1 f; have := Z.mod_pos_bound (ev s a) (ev s b); rewrite Z.mod_eq -?q_eq; last by lia.
rewrite !inE => bounds /orP[] /eqP ->; rewrite ?ev_sub ?ev_mul ?ev_constant ?ev_variable /=; lia.
Qed.

(* Values of terms *)
Section Values.
Variable R : comRingType.
Variable T : nat -> seq Z -> R.
Implicit Types (t : term) (r s : env).

Lemma body_off xs t s s' : free_inside xs t -> (forall x, x \notin xs -> s x = s' x) -> body T t s = body T t s'.
Proof.
case/and4P => free _ /allP bs /allP fs off; have same p := @ev_off xs s s' p.
rewrite /body /weight /counts (same _ free off) (@eq_in_all _ (holds s) (holds s')) => [|b /bs b_free]; last first.
  by rewrite /holds (same _ b_free off).
congr (if _ then _ * _ else _); rewrite !big_seq; apply: eq_bigr => f /fs /allP f_free.
by rewrite /factor_value; congr (T _ _); apply/eq_in_map => p /f_free p_free; apply: same.
Qed.

Lemma free_nothing t : free_inside [::] t.
Proof.
have free p : ~~ uses [::] p by rewrite /uses -all_predC; apply/allP => m _ /=; rewrite -all_predC all_predT.
by apply/and4P; split=> //; apply/allP => f _ //=; apply/allP => p _ /=.
Qed.

Lemma body_eq t s s' : s =1 s' -> body T t s = body T t s'.
Proof. by move=> h; apply: (body_off (free_nothing t)) => x _. Qed.

Lemma summand_respects t : respects (summand T t).
Proof. by move=> r r' h; apply: body_eq; apply: eq_settle. Qed.

Lemma holds_put v r b : holds r (put_bracket v b) = holds (assign v r) b.
Proof. by rewrite /holds /= ev_put. Qed.

Lemma counts_put v r bs : counts r (map (put_bracket v) bs) = counts (assign v r) bs.
Proof. by rewrite /counts all_map; apply: eq_all => b /=; rewrite holds_put. Qed.

Lemma body_put v t r : body T (put_term v t) r = body T t (assign v r).
Proof.
rewrite /body /weight /= counts_put ev_put big_map; congr (if _ then _ * _ else _).
by apply: eq_bigr => f _; rewrite /factor_value /= -map_comp; congr (T _ _); apply: eq_map => p /=; rewrite ev_put.
Qed.

Lemma assign1 x e r : assign [:: (x, e)] r =1 upd r x (ev r e).
Proof. by move=> y; rewrite /assign /upd /=; case: eqP. Qed.

Lemma body_put1 x e t r : body T (put_term [:: (x, e)] t) r = body T t (upd r x (ev r e)).
Proof. by rewrite body_put; apply/body_eq/assign1. Qed.
End Values.

(* Well-formed terms in a valid context *)
Section WellFormed.
Variables (c : context) (r : env).
Hypothesis c_valid : valid c r.
Implicit Types (t : term) (s : env).

Definition same_globals s : Prop := forall x, x \in globals c -> s x = r x.
Definition in_ranges (vs : seq (nat * poly)) s : Prop := forall v n, (v, n) \in vs -> (0 <= s v < ev r n)%Z.

Lemma box_namesE vs : box_names (box r vs) = range_names vs.
Proof. by rewrite /box_names /box -map_comp. Qed.

Lemma ev_global p s : within (globals c) p -> same_globals s -> ev s p = ev r p.
Proof. by move=> p_globals same; apply: ev_within same. Qed.

Lemma positive_within b : b \in positive c -> within (globals c) b.
Proof. by case/andP: (valid_context c_valid) => _ /allP h; exact: h. Qed.

Lemma hypotheses_within h : h \in hypotheses c -> within (globals c) h.
Proof. by case/andP: (valid_context c_valid) => /allP hyps _; exact: hyps. Qed.

Section Term.
Variable t : term.
Hypothesis wf : well_formed c t.

Lemma wf_uniq : uniq (binders t).
Proof. by case/and5P: wf. Qed.

Lemma wf_uniq_ranges : uniq (range_names (ranges t)).
Proof. by have := wf_uniq; rewrite cat_uniq => /and3P[]. Qed.

Lemma wf_local x : x \in binders t -> x \notin globals c.
Proof. by case/and5P: wf => _ /hasPn h _ _ _; exact: h. Qed.

Lemma wf_extent v n : (v, n) \in ranges t -> within (globals c) n.
Proof. by case/and5P: wf => _ _ /allP h _ _ => /h. Qed.

Lemma wf_denominator q : q \in quotients t -> q.2 \in positive c.
Proof. by case/and5P: wf => _ _ _ /allP h _; exact: h. Qed.

Lemma wf_inside : within_inside (globals c ++ binders t) t.
Proof. by case/and5P: wf => _ _ _ _ /andP[]. Qed.

Lemma global_free xs p : within (globals c) p -> {subset xs <= binders t} -> ~~ uses xs p.
Proof.
move=> p_globals xs_t; apply/negP => /hasP[m m_p /hasP[x x_m x_xs]].
have := wf_local (xs_t _ x_xs); rewrite (within_in p_globals) //.
by apply/hasP; exists m => //; apply/hasP; exists x => //=; rewrite inE.
Qed.

Lemma wf_orderly : orderly (quotients t).
Proof.
have in_ord : in_order (quotients t) by case/and5P: wf => _ _ _ _ /andP[].
have uniq_q : uniq (quotient_names (quotients t)) by have := wf_uniq; rewrite cat_uniq => /and3P[].
have sub_q : {subset quotient_names (quotients t) <= binders t} by move=> x; rewrite mem_cat orbC => ->.
have pos : all (fun q : quotient => q.2 \in positive c) (quotients t) by apply/allP; exact: wf_denominator.
elim: (quotients t) in_ord uniq_q sub_q pos => [|[[q a] b] qs IH] //=.
move=> /andP[a_free ord] /andP[q_qs u] sub_q /andP[b_pos pos].
rewrite q_qs a_free IH // => [|x x_qs]; last by apply: sub_q; rewrite inE x_qs orbT.
by rewrite (global_free (positive_within b_pos) sub_q).
Qed.

(* At a point of the sum *)
Section Point.
Variable r' : env.
Hypothesis here : inside (box r (ranges t)) r r'.
Let s := settle (quotients t) r'.

Lemma point_globals : same_globals s.
Proof.
move=> x x_c; have x_t : x \notin binders t by apply: contraTN x_c => /wf_local.
move: x_t; rewrite mem_cat => /norP[x_v x_q].
by rewrite /s settle_off //; case: here => off _; apply: off; rewrite box_namesE.
Qed.

Lemma point_ranges : in_ranges (ranges t) s.
Proof.
move=> v n v_t; have [_ on] := here.
rewrite /s settle_off; last first.
  have := wf_uniq; rewrite cat_uniq => /and3P[_ /hasPn disjoint _]; apply/negP => /disjoint /=.
  by rewrite (map_f (fun v : nat * poly => v.1) v_t).
by apply: on; apply/mapP; exists (v, n).
Qed.

Lemma point_solves : solves (quotients t) s.
Proof. exact/settle_solves/wf_orderly. Qed.
End Point.

(* Facts are >= 0 where a point counts, whatever the brackets and ranges that are left out. *)
Lemma facts_of s : same_globals s -> in_ranges (ranges t) s -> solves (quotients t) s -> counts s (brackets t) ->
  forall f, f \in facts c t -> (0 <= ev s f)%Z.
Proof.
move=> same ran sol /allP count f; rewrite /facts !mem_cat => /or4P[].
- by move=> f_H; rewrite (ev_global (hypotheses_within f_H) same); exact: (hypotheses_hold c_valid).
- case/flattenP => _ /mapP[[v n] v_t ->]; have := ran _ _ v_t; rewrite -(ev_global (wf_extent v_t) same) !inE.
  by move=> bounds /orP[] /eqP ->; rewrite ?ev_sub ?ev_constant /= ?ev_variable; lia.
- case/flattenP => _ /mapP[[k p] /count + ->]; rewrite /holds /bracket_facts; case: k => /=; rewrite !inE.
    by move=> /Z.leb_spec0 ? /eqP ->.
  by move=> /Z.eqb_spec zero /orP[] /eqP ->; rewrite ?ev_opp zero.
- case/flattenP => _ /mapP[[[q a] b] q_t ->]; have b_pos := wf_denominator q_t.
  apply: (quotient_factsP (sol _ _ _ q_t)); rewrite (ev_global (positive_within b_pos) same).
  exact: (positive_hold c_valid b_pos).
Qed.

Lemma facts_hold r' : inside (box r (ranges t)) r r' -> counts (settle (quotients t) r') (brackets t) ->
  forall f, f \in facts c t -> (0 <= ev (settle (quotients t) r') f)%Z.
Proof.
move=> here; apply: facts_of; [exact: point_globals | exact: point_ranges | exact: point_solves].
Qed.

(* Sums *)
Section Sums.
Variable R : comRingType.
Variable T : nat -> seq Z -> R.

(* Equal summands. *)
Lemma eq_den u : ranges u = ranges t ->
    (forall r', inside (box r (ranges t)) r r' -> summand T t r' = summand T u r') ->
  den T r t = den T r u.
Proof. by move=> eq_r eq_s; rewrite /den eq_r; apply: eq_sums => //; rewrite box_namesE wf_uniq_ranges. Qed.

Lemma den_zero : (forall r', inside (box r (ranges t)) r r' -> summand T t r' = 0) -> den T r t = 0.
Proof. by move=> zero; apply: sums_zero => //; rewrite box_namesE wf_uniq_ranges. Qed.

Lemma den_add u u' : ranges u = ranges t -> ranges u' = ranges t ->
    (forall r', inside (box r (ranges t)) r r' -> summand T t r' = summand T u r' + summand T u' r') ->
  den T r t = den T r u + den T r u'.
Proof.
move=> eq_u eq_u' eq_s; rewrite /den eq_u eq_u' -sums_add; apply: eq_sums => //.
by rewrite box_namesE wf_uniq_ranges.
Qed.

(* One range as the innermost. *)
Lemma den_inner v n : (v, n) \in ranges t ->
  den T r t = sums (box r (without v (ranges t))) r (fun r' => sumZ (ev r n) (fun x => summand T t (upd r' v x))).
Proof.
move=> v_t; rewrite /den (@sums_inner _ _ _ _ v (ev r n)) ?box_namesE ?wf_uniq_ranges //.
- by rewrite /without /box filter_map.
- exact: summand_respects.
- by apply/mapP; exists (v, n).
Qed.
End Sums.
End Term.
End WellFormed.
