(* Why the rules on one range are right: point, reindex, sum.

   The range is made the innermost one, and the sums over it are compared for each choice of the others. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules Agreement Ranges.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section RangeRules.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.
Variable t : term.
Hypothesis wf : well_formed c t.

(* point *)
Lemma body_add_bracket u p s : body T (add_bracket u p) s = if Z.leb 0 (ev s p) then body T u s else 0.
Proof. by rewrite /body /counts /= all_rcons {1}/holds /=; case: Z.leb. Qed.

Lemma pointP v i ts : point t v i = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /point; case V: (value _ _) => [n|] //; case I: (nth _ _ _) => [[|] p] //=.
set sign := slope v p; set e := times _ _ _.
move=> /(@some_ifP _ _ _ _)[/andP[/orP sign1 e_free] <-] /=; rewrite andbT => wf_u.
have i_bs : (i < size (brackets t))%N by case: ltnP => // /(nth_default (Ge, [::])); rewrite I.
have v_t := value_in V; have v_qs := range_not_quotient wf v_t.
have v_c := wf_local wf (in_binders v_t).
have b_free q a b := @denominator_free _ _ c_valid t v q a b wf v_c.
rewrite total1 (den_inner r wf T v_t) /den /=; set u := add_bracket _ _ in wf_u *.
have uniq_u := wf_uniq_ranges wf_u; rewrite /= in uniq_u.
apply: eq_sums => [|r' here]; first by rewrite box_namesE.
set s' := settle (quotients u) r'; set x0 := ev s' e.
have order' := wf_orderly c_valid wf_u; rewrite /= in order'.
have p_zero s : (ev s p =? 0)%Z = (s v =? ev s e)%Z.
  by rewrite /e ev_times ev_sub ev_times ev_variable; apply: zero_where; case: sign1 => /eqP; auto.
have sub x : settle (quotients t) (upd r' v x) v = x by rewrite settle_off ?upd_same.
have solved : settle (quotients t) (upd r' v x0) =1 upd s' v x0.
  move=> w; apply/esym/settle_unique; first exact: (wf_orderly c_valid wf).
    by apply: solves_put => //; apply: settle_solves.
  by move=> y y_qs; rewrite /upd; case: eqP => // _; rewrite /s' settle_off ?names_put.
rewrite (@sum_point _ _ _ x0) => [|x x_x0]; last first.
  rewrite /summand /body (counts_remove _ (Ge, [::]) i_bs) I; case: ifP => // /andP[+ _].
  rewrite /holds /= p_zero sub => /Z.eqb_spec eq_x; case: x_x0.
  set s := settle _ _ in eq_x.
  have eq_s : upd s v (r' v) =1 s'.
    apply: settle_unique => //; last first.
      by move=> y; rewrite names_put /upd; case: eqP => [->|/eqP y_v] // y_qs; rewrite /s settle_off // upd_other.
    by apply: put_solves => //; [exact: (point_solves c_valid wf) | rewrite ev_upd // -eq_x /s sub].
  by rewrite /x0 -(ev_eq e eq_s) ev_upd.
rewrite /summand (body_eq _ _ solved) !body_add_bracket !ev_sub ev_constant -/s' -/x0.
have -> : ev s' n = ev r n.
  by apply: (ev_global (wf_extent wf v_t)); apply: (point_globals wf_u here).
rewrite window; case: (Z.leb 0 (_ - x0)); case: (Z.leb 0 x0) => //=.
rewrite body_put1 -/x0 /body (counts_remove _ (Ge, [::]) i_bs) I {1}/holds /= p_zero upd_same.
by rewrite (ev_upd _ _ e_free) -/x0 Z.eqb_refl.
Qed.

(* reindex *)
Lemma ev_signed (negative : bool) : exists sign, (sign * sign = 1)%Z /\
  forall s p, ev s (if negative then opp p else p) = (sign * ev s p)%Z.
Proof. by case: negative; [exists (-1)%Z | exists 1%Z]; split=> // s p; rewrite ?ev_opp; lia. Qed.

Lemma reindexP v negative k m P1 P2 P3 P4 ts : reindex c t v negative k m P1 P2 P3 P4 = Some ts ->
  all (well_formed c) ts -> den T r t = total T r ts.
Proof.
have [sign [sign2 ev_sign]] := ev_signed negative.
rewrite /reindex; case V: (value _ _) => [n|] //=.
set forward := add _ k; set backward := if negative then opp (sub _ k) else _; set u := with_ranges _ _.
move=> /(@some_ifP _ _ _ _)[/and5P[k_free p1 p2 p3 p4] <-] /=; rewrite andbT => wf_u.
have ev_forward s : ev s forward = (sign * s v + ev s k)%Z.
  by rewrite /forward ev_add ev_sign ev_variable.
have ev_backward s : ev s backward = (sign * (s v - ev s k))%Z.
  by rewrite /backward ev_sign ev_sub ev_variable.
have v_t := value_in V; have v_qs := range_not_quotient wf v_t; have v_c := wf_local wf (in_binders v_t).
have b_free q a b := @denominator_free _ _ c_valid t v q a b wf v_c.
have v_u : (v, m) \in ranges u by apply/mapP; exists (v, n) => //=; rewrite eqxx.
have same : without v (ranges u) = without v (ranges t).
  rewrite /without filter_map -[RHS]map_id; apply/eq_in_map => -[w l].
  by rewrite mem_filter /= => /andP[/negbTE -> _].
have uniq_rest : uniq (range_names (without v (ranges t))).
  by apply: subseq_uniq (wf_uniq_ranges wf); apply/map_subseq/filter_subseq.
rewrite total1 (den_inner r wf T v_t) (den_inner r wf_u T v_u) same.
apply: eq_sums => [|r' here]; first by rewrite box_namesE.
pose S x := settle (quotients t) (upd r' v x); pose S' y := settle (quotients u) (upd r' v y).
pose forth y := ev (S' y) forward; pose back x := ev (S x) backward.
have S_v x : S x v = x by rewrite /S settle_off ?upd_same.
have S'_v y : S' y v = y by rewrite /S' settle_off ?names_put ?upd_same.
have S_forth y : S (forth y) =1 upd (S' y) v (forth y).
  by apply: settle_put => //; [exact: (wf_orderly c_valid wf) | exact: (wf_orderly c_valid wf_u)].
have at_back x : ev (upd (S x) v (back x)) forward = x.
  by rewrite ev_forward upd_same ev_upd // /back ev_backward S_v Z.mul_assoc sign2 Z.mul_1_l Z.sub_add.
have S'_back x : S' (back x) =1 upd (S x) v (back x).
  move=> w; apply/esym/settle_unique; first exact: (wf_orderly c_valid wf_u).
    by apply: put_solves => //; [exact: (point_solves c_valid wf) | rewrite at_back S_v].
  move=> y; rewrite names_put => y_qs; rewrite /upd; case: eqP => // /eqP y_v.
  by rewrite /S settle_off // upd_other.
have backK x : forth (back x) = x by rewrite /forth (ev_eq _ (S'_back x)) at_back.
have forthK y : back (forth y) = y.
  rewrite {1}/back ev_backward S_v (ev_eq _ (S_forth y)) ev_upd // /forth ev_forward S'_v.
  by rewrite Z.add_simpl_r Z.mul_assoc sign2 Z.mul_1_l.
apply: (@sum_bijection _ _ _ _ _ forth back) => // [y|x x_n nonzero|y y_m nonzero].
- by rewrite /summand (body_eq _ _ (S_forth y)) -[RHS]/(body T (put_term [:: (v, forward)] t) (S' y)) body_put1.
- have at_x := inside_upd (wf_uniq_ranges wf) v_t here x_n.
  apply: between (shown_at c_valid wf at_x nonzero p1) _; have := shown_at c_valid wf at_x nonzero p2.
  by rewrite !ev_sub ev_constant (ev_global (wf_extent wf_u v_u) (point_globals wf at_x)).
- have here_u : inside (box r (without v (ranges u))) r r' by rewrite same.
  have at_y := inside_upd (wf_uniq_ranges wf_u) v_u here_u y_m.
  apply: between (shown_at c_valid wf_u at_y nonzero p3) _; have := shown_at c_valid wf_u at_y nonzero p4.
  by rewrite !ev_sub ev_constant (ev_global (wf_extent wf v_t) (point_globals wf_u at_y)).
Qed.

(* sum *)
Lemma sum_core v n F m bs (rest := Term [::] (without v (ranges t)) (quotients t) bs (factors t)) :
    (v, n) \in ranges t -> well_formed c (sum_result v F m rest) ->
    sub (put [:: (v, add (variable v) one)] F) F = coefficient t -> free_inside [:: v] rest -> ~~ uses [:: v] m ->
    (forall s, (0 <= s v < ev r n)%Z -> same_globals c r s ->
      counts s (brackets t) = counts s bs && Z.ltb (s v) (ev s m)) ->
    (forall s, same_globals c r s -> (forall f, f \in facts c rest -> (0 <= ev s f)%Z) -> (0 <= ev s m <= ev r n)%Z) ->
  den T r t = total T r [:: sum_result v F m rest].
Proof.
set u := sum_result _ _ _ _ => v_t wf_u coef free m_free counts_t bounds; rewrite total1 (den_inner r wf T v_t).
have uniq_u := wf_uniq_ranges wf_u; rewrite -[ranges u]/(without v (ranges t)) in uniq_u.
rewrite [RHS]/den -[ranges u]/(without v (ranges t)); apply: eq_sums => [|r' here]; first by rewrite box_namesE.
pose s0 := settle (quotients t) r'; pose G x := ev (upd s0 v x) F; pose B := body T (with_coefficient rest one) s0.
have v_c := wf_local wf (in_binders v_t).
have settled x : settle (quotients t) (upd r' v x) =1 upd s0 v x.
  have v_qs := range_not_quotient wf v_t.
  move=> w; apply/esym/settle_unique; first exact: (wf_orderly c_valid wf).
    move=> q a b q_t; rewrite upd_other; last first.
      by apply: contraNneq v_qs => <-; exact: (map_f (fun q : quotient => q.1.1) q_t).
    have a_free : ~~ uses [:: v] a by case/and4P: free => _ /allP /(_ _ q_t).
    by rewrite !ev_upd ?(denominator_free c_valid wf v_c q_t) //; exact: (@point_solves _ _ c_valid _ wf r' _ _ _ q_t).
  by move=> y y_qs; rewrite /upd; case: eqP => // _; rewrite /s0 settle_off.
have rest_free : free_inside [:: v] (with_coefficient rest one) by case/and4P: free => *; apply/and4P.
have body_at x : (0 <= x < ev r n)%Z ->
    summand T t (upd r' v x) = if Z.ltb x (ev s0 m) then zr R (G (x + 1)%Z) * B - zr R (G x) * B else 0.
  move=> x_n; have at_x := inside_upd (wf_uniq_ranges wf) v_t here x_n.
  have globals_at : same_globals c r (upd s0 v x).
    by move=> w w_c; rewrite -settled; apply: (point_globals wf at_x).
  rewrite /summand (body_eq _ _ (settled x)) /body counts_t ?upd_same // (ev_upd _ _ m_free) /weight -coef ev_sub.
  have twice : ev (upd (upd s0 v x) v (x + 1)%Z) F = G (x + 1)%Z by apply: ev_eq => w; rewrite /upd; case: eqP.
  rewrite ev_put1 ev_add ev_variable ev_constant upd_same zrB twice -/(G x) -mulrBl.
  rewrite (_ : B = body T (with_coefficient rest one) (upd s0 v x)); last first.
    by apply: (body_off T rest_free) => w; rewrite inE => w_v; rewrite upd_other.
  rewrite /body /weight /= (zr1 R : zr R (1 * 1 + 0) = 1) mul1r.
  by case: counts; case: Z.ltb; rewrite ?mulr0.
have -> : summand T u r' = zr R (G (ev s0 m)) * B - zr R (G 0%Z) * B.
  rewrite /summand -[quotients u]/(quotients t) -/s0 /B /body /weight /= (zr1 R : zr R (1 * 1 + 0) = 1) mul1r -mulrBl.
  by case: counts; rewrite ?mulr0 // ev_sub !ev_put1 zrB.
case count: (counts s0 bs); last first.
  have B0 : B = 0 by rewrite /B /body /= count.
  by rewrite B0 !mulr0 subrr; apply: sum_zero => x /body_at ->; rewrite B0 !mulr0 subrr; case: ifP.
apply: (sum_telescope (m := ev s0 m) (F := fun x => zr R (G x) * B)) => //.
have here_u : inside (box r (ranges u)) r r' by [].
by apply: bounds; [exact: (point_globals wf_u here_u) | exact: (facts_hold c_valid wf_u here_u count)].
Qed.

Lemma sum_upP v F i P Q ts : sum_up c t v F i P Q = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /sum_up; case V: (value _ _) => [n|] //; case: ifP => // /negbFE/eqP coef; have v_t := value_in V.
have v_c := wf_local wf (in_binders v_t).
case: i Q => [i|] [Q|] //; last first.
  move=> sum_t; case: (@some_ifP _ _ _ _ sum_t) => /andP[free p] <- /andP[wf_u _].
  apply: (sum_core (n := n)) => // [|s s_v same|s same F_ge].
  - by apply: contraNN v_c; apply: within_in (wf_extent wf v_t).
  - rewrite (ev_global (wf_extent wf v_t) same); case: s_v => _ /Z.ltb_spec0 ->; rewrite andbT //.
  - by apply: ordered (shows_geP F_ge p) _; rewrite (ev_global (wf_extent wf v_t) same) Z.sub_diag.
case I: (nth _ _ _) => [[|] p] // sum_t; case: (@some_ifP _ _ _ _ sum_t) => /and4P[m_free free p1 p2] <- /andP[wf_u _].
have i_bs : (i < size (brackets t))%N by case: ltnP => // /(nth_default (Eq, [::])); rewrite I.
apply: (sum_core (n := n)) => // [s s_v same|s same F_ge].
  rewrite (counts_remove s (Eq, [::]) i_bs) I andbC !ev_add ev_variable ev_constant /holds /=; congr (_ && _).
  exact: below.
apply: ordered (shows_geP F_ge p1) _; have := shows_geP F_ge p2.
by rewrite ev_sub (ev_global (wf_extent wf v_t) same).
Qed.
End RangeRules.
