(* Why the rules that keep the ranges are right: brackets, empty, cases, complement, rewrite, define, quotient, merge.

   Terms are compared at each point of the sum.  Where a rule changes quotients, the brackets that do not depend on them
   decide whether a point is looked at; where they hold, the quotients have their old values. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules Agreement Renaming.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section LocalRules.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.
Variable t : term.
Hypothesis wf : well_formed c t.
Implicit Types (u : term) (ts : seq term) (s : env).

Theorem change_bracketsP new forth back ts :
  change_brackets c t new forth back = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /change_brackets /some_if; case: ifP => // /andP[forth_ok back_ok] [<-] /andP[wf' _]; rewrite /total big_seq1.
apply: (eq_den wf) => // r' here; rewrite /summand /body.
suff -> : counts (settle (quotients t) r') (brackets t) = counts (settle (quotients t) r') new by [].
apply/idP/idP => count; first exact: counts_shown (facts_hold c_valid wf here count) forth_ok count.
exact: counts_shown (facts_hold c_valid wf' here count) back_ok count.
Qed.

Theorem emptyP P ts : empty c t P = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /empty /some_if; case: ifP => // ref [<-] _; rewrite /total big_nil; apply: (den_zero wf) => r' here.
rewrite /summand /body; case: ifP => // /(facts_hold c_valid wf here) F_ge.
by have := refutesP F_ge P; rewrite ref.
Qed.

Theorem casesP p ts : cases t p = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
case=> <- _; rewrite /total big_cons big_seq1; apply: (den_add wf) => // r' _.
by rewrite /summand /body /= !counts_rcons holds_negation; case: holds; rewrite ?addr0 ?add0r.
Qed.

Theorem complementP i ts : complement t i = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /complement; case nth_i: nth => [[] p] // -[<-] _; rewrite /total big_cons big_seq1.
have i_t : (i < size (brackets t))%N by case: ltnP nth_i => // /(nth_default _) -> .
apply: (den_add wf) => // r' here; rewrite /summand /body /= counts_rcons holds_negation.
rewrite (counts_remove _ (Eq, [::]) i_t) nth_i; case: counts; rewrite ?andbF ?addr0 //.
by rewrite !andbT; case: holds; rewrite ?addr0 //= /weight /= ev_opp zrN mulNr subrr.
Qed.

Theorem defineP q a b ts : define c t q a b = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /define /some_if; case: ifP => // q_new [<-] _; rewrite /total big_seq1; apply: (eq_den wf) => // r' _.
rewrite /summand /= -cats1 /settle foldl_cat /=.
apply: (@body_off _ _ [:: q]) => [|x]; last by rewrite inE => x_q; rewrite upd_other.
by apply: within_inside_free (wf_inside wf) _ => x; rewrite inE => /eqP ->.
Qed.

(* Facts and values where only some brackets are known to hold *)
Lemma wf_brackets bs : {subset bs <= brackets t} -> well_formed c (with_brackets t bs).
Proof.
move=> sub; case/and5P: wf => ? ? ? ? /andP[? /and4P[? ? /allP in_t ?]].
by apply/and5P; split=> //; apply/andP; split=> //; apply/and4P; split=> //; apply/allP => b /sub /in_t.
Qed.

Lemma settled_facts xs r' : inside (box r (ranges t)) r r' ->
    counts (settle (quotients t) r') [seq b <- brackets t | ~~ uses (late xs (quotients t)) b.2] ->
  forall f, f \in facts c (settled_without xs t) -> (0 <= ev (settle (quotients t) r') f)%Z.
Proof.
move=> here; apply: (facts_hold c_valid (t := settled_without xs t)) => //.
by apply: wf_brackets => b; rewrite mem_filter => /andP[].
Qed.

Lemma same_denominator s s' q a b : same_globals c r s -> same_globals c r s' -> (q, a, b) \in quotients t ->
  ev s b = ev s' b.
Proof.
move=> same same' /(wf_denominator wf) /(positive_within c_valid) b_c.
by rewrite (ev_global b_c same) (ev_global b_c same').
Qed.

Lemma eq_weight u s s' : s =1 s' -> weight T u s = weight T u s'.
Proof. exact: (body_eq T (with_brackets u [::])). Qed.

(* New numerators: the old quotients and the new ones agree but for those that depend on a change, and agree wholly
   where the numerators have equal values. *)
Section Rewrite.
Variables (p : poly) (ns : seq poly) (fs : seq factor).
Let new := Term p (ranges t) (with_numerators (quotients t) ns) (brackets t) fs.
Let changed := [seq x.1.1.1 | x <- zip (quotients t) ns & x.1.1.2 != x.2].
Hypothesis sizes : size ns = size (quotients t).
Hypothesis wf' : well_formed c new.
Variable r' : env.
Hypothesis here : inside (box r (ranges t)) r r'.
Let s := settle (quotients t) r'.
Let s' := settle (quotients new) r'.

Lemma rewrite_off : agree_off (late changed (quotients t)) s s'.
Proof.
apply: late_agree (wf_orderly c_valid wf) _ _ _ => [x _ x_t|q a b|q a b q_t q_late].
- by rewrite /s /s' !settle_off //= numerator_names.
- exact: same_denominator (point_globals wf here) (point_globals wf' here).
split; first exact: (point_solves c_valid wf r' q_t).
have [n n_zip n_new] := numerator_new sizes q_t; rewrite /s' (point_solves c_valid wf' r' n_new).
case: (a =P n) => [-> //|/eqP a_n]; case/negP: q_late; apply: late_sub.
by apply/mapP; exists ((q, a, b), n); rewrite // mem_filter a_n.
Qed.

Lemma rewrite_same : (forall x, x \in zip (quotients t) ns -> ev s x.1.1.2 = ev s x.2) -> s =1 s'.
Proof.
move=> equal; apply: settle_unique (wf_orderly c_valid wf') _ _ => [q n b|x]; last first.
  by rewrite /= numerator_names // => x_t; rewrite /s settle_off.
case/numerator_old => // a n_zip q_t; rewrite /s (point_solves c_valid wf r' q_t) -/s.
by rewrite (equal _ n_zip).
Qed.
End Rewrite.

Theorem rewrite_termP p ns fs Ps ts :
  rewrite_term c t p ns fs Ps = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /rewrite_term /some_if; case: ifP => // /and3P[/eqP sizes alike shown] [<-] /andP[wf' _].
rewrite /total big_seq1; apply: (eq_den wf) => // r' here; set s := settle (quotients t) r'.
have equal F q q' := equal_pairs (s := s) shown (F := F) (p := q) (p' := q').
have [/(settled_facts here) F_ge|eq_c eq_s] := settled_counts (bs := brackets t) (rewrite_off sizes wf' here).
  apply: (rewrite_same sizes wf') => x x_zip; apply: equal F_ge.
  by rewrite inE mem_cat; apply/orP; right; apply/orP; left; apply: (map_f _ x_zip).
rewrite /summand /body /= -eq_c -/s; case: ifP => // count; have F_ge := facts_hold c_valid wf here count.
rewrite -(eq_weight _ (eq_s count)) /weight /=; congr (zr _ _ * _).
  by apply: equal F_ge; rewrite inE eqxx.
apply: equal_factors alike _ => f x f_zip x_zip; apply: equal F_ge.
by rewrite inE mem_cat; apply/or3P/Or33/flatten_mapP; exists f; last apply: (map_f _ x_zip).
Qed.

(* One quotient less *)
Section Less.
Variable q : nat.
Hypothesis q_t : q \in quotient_names (quotients t).
Let others := [seq x <- quotients t | x.1.1 != q].

Lemma other_names x : x \notin [:: q] -> x \notin quotient_names others -> x \notin quotient_names (quotients t).
Proof.
rewrite inE => x_q; apply: contraNN => /mapP[y y_t eq_x].
by rewrite eq_x; apply: map_f; rewrite mem_filter -eq_x x_q.
Qed.

Lemma quotient_local : q \in binders t.
Proof. by rewrite mem_cat q_t orbT. Qed.

Lemma quotients_agree u s s' : well_formed c u -> free_inside [:: q] u ->
    solves (quotients u) s -> solves (quotients u) s' ->
    (forall x, x \notin [:: q] -> x \notin quotient_names (quotients u) -> s x = s' x) ->
  agree_off [:: q] s s'.
Proof.
move=> wf_u /and4P[_ /allP free _ _]; apply: solves_agree (wf_orderly c_valid wf_u) _.
apply/allP => y y_u; rewrite free //; apply: (global_free wf).
  by move/(wf_denominator wf_u)/(positive_within c_valid): y_u.
by move=> x; rewrite inE => /eqP ->; exact: quotient_local.
Qed.

Lemma other_notin x : x \in quotient_names others -> (x != q) && (x \in quotient_names (quotients t)).
Proof. by case/mapP => y; rewrite mem_filter => /andP[y_q y_t] ->; rewrite y_q; apply: map_f. Qed.

Lemma drop_quotientP : free_inside [:: q] (with_quotients t others) -> well_formed c (with_quotients t others) ->
  den T r t = den T r (with_quotients t others).
Proof.
move=> free wf'; apply: (eq_den wf) => // r' here; apply: (body_off T free).
apply: (quotients_agree wf' free) => [y a b|y a b|x x_q x_t].
- by rewrite mem_filter => /andP[_]; exact: (point_solves c_valid wf r').
- exact: (point_solves c_valid wf' r').
by rewrite !settle_off ?other_names.
Qed.

(* The same for the value e in place of q. *)
Section Put.
Variable e : poly.
Let new := put_term [:: (q, e)] (with_quotients t others).
Hypothesis e_q : ~~ uses [:: q] e.
Hypothesis wf' : well_formed c new.
Variable r' : env.
Hypothesis here : inside (box r (ranges t)) r r'.
Let s := settle (quotients t) r'.
Let s' := settle (quotients new) r'.
Let s2 := upd s' q (ev s' e).

Lemma new_names : quotient_names (quotients new) = quotient_names others.
Proof. by rewrite /quotient_names -map_comp; apply: eq_map. Qed.

Lemma new_free : free_inside [:: q] new.
Proof.
apply: within_inside_free (wf_inside wf') _ => x; rewrite inE => /eqP ->; rewrite !mem_cat new_names !negb_or.
rewrite (wf_local wf quotient_local) /=; have := wf_uniq wf.
rewrite cat_uniq => /and3P[_ /hasPn /(_ _ q_t) /= -> _].
by apply/negP => /other_notin; rewrite eqxx.
Qed.

Lemma put_globals : same_globals c r s2.
Proof.
move=> x x_c; have x_q : x != q by apply: contraTneq x_c => ->; exact: (wf_local wf quotient_local).
by rewrite /s2 upd_other // /s' (point_globals wf' here).
Qed.

Lemma put_off : agree_off (late [:: q] (quotients t)) s s2.
Proof.
apply: late_agree (wf_orderly c_valid wf) _ _ _ => [x|y a b|y a b y_t y_late].
- rewrite inE => x_q x_t; rewrite /s2 upd_other // /s /s' !settle_off ?new_names //.
  by apply: contraNN x_t => /other_notin /andP[].
- exact: same_denominator (point_globals wf here) put_globals.
have y_q : y != q by apply: contraNneq y_late => ->; apply: late_sub; rewrite inE.
split; first exact: (point_solves c_valid wf r' y_t).
rewrite -(same_denominator (point_globals wf' here) put_globals y_t) /s2 -ev_put1 upd_other //.
apply: (point_solves c_valid wf' r'); apply/mapP; exists (y, a, b); rewrite // mem_filter y_q.
exact: y_t.
Qed.

Lemma put_same : s q = ev s e -> s =1 s2.
Proof.
move=> q_e; have agree : agree_off [:: q] s s'.
  apply: (quotients_agree wf' new_free) => [y a b|y a b|x x_q]; last first.
  - by rewrite new_names => x_t; rewrite /s /s' !settle_off ?new_names // other_names.
  - exact: (point_solves c_valid wf' r').
  case/mapP => [[[y' a'] b'] ] /=; rewrite mem_filter => /andP[y_q y_t] [-> -> ->].
  rewrite /s (point_solves c_valid wf r' y_t) -/s ev_put1; congr (_ / _)%Z; apply: ev_eq => x.
  by rewrite /upd; case: eqP => // ->.
move=> x; rewrite /s2 /upd; case: (x =P q) => [->|/eqP x_q]; last by apply: agree; rewrite inE.
by rewrite q_e; apply: ev_off e_q agree.
Qed.
End Put.

Lemma put_valueP e P : ~~ uses [:: q] e ->
    shows_zero (facts c (settled_without [:: q] t)) (sub (variable q) e) P ->
    well_formed c (put_term [:: (q, e)] (with_quotients t others)) ->
  den T r t = den T r (put_term [:: (q, e)] (with_quotients t others)).
Proof.
move=> e_q shown wf'; apply: (eq_den wf) => // r' here; rewrite /summand [RHS]body_put1.
have [/(settled_facts here) F_ge|eq_c eq_s] := settled_counts (bs := brackets t) (put_off wf' here).
  by apply: put_same => //; have := shows_zeroP F_ge shown; rewrite ev_sub ev_variable; lia.
by rewrite -[RHS]/(body T t _) /body -eq_c; case: ifP => // /eq_s /eq_weight.
Qed.
End Less.

Theorem put_quotient_valueP q chosen ts :
  put_quotient_value c t q chosen = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /put_quotient_value /some_if; case: ifP => // /negbFE q_t; case: chosen => [[e P]|]; case: ifP => //.
  by move=> /andP[e_q shown] [<-] /andP[wf' _]; rewrite /total big_seq1; exact: put_valueP e_q shown wf'.
by move=> free [<-] /andP[wf' _]; rewrite /total big_seq1; exact: drop_quotientP.
Qed.

Theorem mergeP u names ts : well_formed c u ->
  merge t u names = Some ts -> all (well_formed c) ts -> den T r t + den T r u = total T r ts.
Proof.
move=> wf_u; rewrite /merge /some_if; case: ifP => // /and5P[names_u names_t rs qs /and3P[t_u u_t fs]].
move=> [<-] /andP[wf' _]; rewrite /total big_seq1 (den_renamed T c_valid wf wf_u names_u names_t rs qs t_u u_t fs).
apply/esym/(den_add wf') => // r' _.
rewrite /summand /body /=; case: ifP => _; last by rewrite addr0.
by rewrite /weight /= ev_add zrD mulrDl.
Qed.
End LocalRules.
