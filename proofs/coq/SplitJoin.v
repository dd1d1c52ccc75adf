(* Why the rules that put two ranges in the place of one, and one in the place of two, are right: split, join. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules Agreement Ranges.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section SplitJoin.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.
Variable t : term.
Hypothesis wf : well_formed c t.

(* split and join: two ranges in the place of one *)
Lemma sum_of_two (f : Z -> R) (g : Z -> Z -> R) N M :
    (forall z, (0 <= z < N * M)%Z -> f z != 0 -> (0 <= N)%Z /\ (0 <= M)%Z) ->
    (forall x y, (0 <= x < N)%Z -> (0 <= y < M)%Z -> f (x * M + y)%Z = g x y) ->
  sumZ (N * M) f = sumZ N (fun x => sumZ M (g x)).
Proof.
move=> counted fg.
have [N0|N0] := Z.le_gt_cases 0 N; have [M0|M0] := Z.le_gt_cases 0 M.
- by rewrite sum_flat //; apply: eq_sum => x x_N; apply: eq_sum => y y_M; apply: fg.
all: rewrite sum_zero => [|z z_NM]; last by apply/eqP/contraT => /(counted _ z_NM)[]; lia.
- by rewrite sum_zero // => x _; apply: sum_negative; lia.
- by rewrite sum_negative //; lia.
- by rewrite sum_negative //; lia.
Qed.

Lemma den_inner2 u q p N M : well_formed c u -> (q, N) \in ranges u -> (p, M) \in ranges u -> q != p ->
  den T r u = sums (box r (without q (without p (ranges u)))) r (fun r' =>
    sumZ (ev r N) (fun x => sumZ (ev r M) (fun y => summand T u (upd (upd r' q x) p y)))).
Proof.
move=> wf_u q_u p_u q_p; rewrite (den_inner r wf_u T p_u).
have uniq_u : uniq (range_names (without p (ranges u))).
  by apply: subseq_uniq (wf_uniq_ranges wf_u); apply/map_subseq/filter_subseq.
rewrite (@sums_inner _ _ _ _ q (ev r N)) ?box_namesE //.
- by rewrite /without /box filter_map.
- by move=> r1 r2 eq_r; apply: eq_sum => y _; apply: summand_respects; apply: eq_upd.
- by apply/mapP; exists (q, N); rewrite // mem_filter q_p.
Qed.

Lemma inside_upd2 u q p N M r' x y : well_formed c u -> (q, N) \in ranges u -> (p, M) \in ranges u -> q != p ->
    inside (box r (without q (without p (ranges u)))) r r' -> (0 <= x < ev r N)%Z -> (0 <= y < ev r M)%Z ->
  inside (box r (ranges u)) r (upd (upd r' q x) p y).
Proof.
move=> wf_u q_u p_u q_p here x_N y_M; apply: inside_upd (wf_uniq_ranges wf_u) p_u _ y_M.
apply: inside_upd _ _ here x_N; last by rewrite mem_filter q_p.
by apply: subseq_uniq (wf_uniq_ranges wf_u); apply/map_subseq/filter_subseq.
Qed.

Lemma without_split vs v q p (N M : poly) : q \notin range_names vs -> p \notin range_names vs -> q != p ->
  without q (without p (flatten [seq (if w.1 == v then [:: (q, N); (p, M)] else [:: w]) | w <- vs])) = without v vs.
Proof.
move=> + + q_p; elim: vs => [|[w n] vs IH] //; rewrite !inE => /norP[q_w q_vs] /norP[p_w p_vs].
rewrite eq_sym /= in q_w; rewrite eq_sym /= in p_w; rewrite /without /= in IH *.
case: (w =P v) => _ /=; first by rewrite q_p /= !eqxx IH.
by rewrite p_w /= q_w IH.
Qed.

Lemma without_join vs v q (n : poly) : v \notin range_names vs ->
  without v [seq (if w.1 == q then (v, n) else w) | w <- vs] = without q vs.
Proof.
elim: vs => [|[w m] vs IH] //; rewrite inE => /norP[v_w v_vs]; rewrite /without /= in IH *.
rewrite eq_sym /= in v_w; case: (w =P q) => _ /=; first by rewrite eqxx IH.
by rewrite v_w IH.
Qed.

Lemma splitP v q p N M P1 P2 ts : split c t v q p N M P1 P2 = Some ts -> all (well_formed c) ts ->
  den T r t = total T r ts.
Proof.
rewrite /split; case V: (value _ _) => [n|] // split_t; case: (@some_ifP _ _ _ _ split_t) => conditions <- {split_t}.
set e := add (mul _ M) _; set u := with_ranges _ _; rewrite total1 => /andP[wf_u _].
case/and4P: conditions => new /eqP eq_n p1 p2.
have v_t := value_in V; have v_qs := range_not_quotient wf v_t; have v_c := wf_local wf (in_binders v_t).
have b_free q a b := @denominator_free _ _ c_valid t v q a b wf v_c.
have halves w : w \in [:: (q, N); (p, M)] -> w \in ranges u.
  move=> w_new; apply/flattenP; exists [:: (q, N); (p, M)] => //.
  by apply/mapP; exists (v, n); rewrite //= eqxx.
have q_u : (q, N) \in ranges u by apply: halves; rewrite inE eqxx.
have p_u : (p, M) \in ranges u by apply: halves; rewrite !inE eqxx orbT.
have t_free := wf_free wf new; move: (new); rewrite /= orbF => /norP[q_t p_t].
have q_p : q != p.
  apply/negP => /eqP eq_q; have := wf_uniq_ranges wf_u; rewrite /range_names /= -eq_q; move: v_t.
  elim: (ranges t) => [|w vs IH] //=; rewrite inE => /orP[/eqP <-|/IH {}IH]; first by rewrite /= eqxx /= inE eqxx.
  by rewrite map_cat cat_uniq => /and3P[_ _ /IH].
have not_range x : x \notin globals c ++ binders t -> x \notin range_names (ranges t).
  by apply: contraNN; rewrite !mem_cat => ->; rewrite orbT.
rewrite (den_inner r wf T v_t) (den_inner2 wf_u q_u p_u q_p).
have same : without q (without p (ranges u)) = without v (ranges t) by apply: without_split => //; apply: not_range.
rewrite same; apply: eq_sums => [|r' here].
  by rewrite box_namesE; apply: subseq_uniq (wf_uniq_ranges wf); apply/map_subseq/filter_subseq.
rewrite eq_n ev_mul; apply: sum_of_two => [z z_n nonzero|x y x_N y_M].
  have at_z : inside (box r (ranges t)) r (upd r' v z).
    by apply: inside_upd (wf_uniq_ranges wf) v_t here _; rewrite eq_n ev_mul.
  rewrite -(ev_global (wf_extent wf_u q_u) (point_globals wf at_z)).
  rewrite -(ev_global (wf_extent wf_u p_u) (point_globals wf at_z)).
  by split; [exact: (shown_at c_valid wf at_z nonzero p1) | exact: (shown_at c_valid wf at_z nonzero p2)].
have here_u : inside (box r (without q (without p (ranges u)))) r r' by rewrite same.
have at_xy := inside_upd2 wf_u q_u p_u q_p here_u x_N y_M.
set r2 := upd (upd r' q x) p y in at_xy *; pose s := settle (quotients u) r2.
have s_off w : w \notin quotient_names (quotients t) -> s w = r2 w by move=> w_qs; rewrite /s settle_off ?names_put.
have not_quotient w : w \notin globals c ++ binders t -> w \notin quotient_names (quotients t).
  by apply: contraNN; rewrite !mem_cat => ->; rewrite !orbT.
have value : ev s e = (x * ev r M + y)%Z.
  rewrite /e ev_add ev_mul !ev_variable !s_off ?not_quotient // /r2 upd_same upd_other // upd_same.
  by rewrite (ev_global (wf_extent wf_u p_u) (point_globals wf_u at_xy)).
rewrite -value; transitivity (body T t (upd s v (ev s e))); last by symmetry; apply: (body_put1 T v e t s).
apply: (body_off T t_free) => w w_new; apply: solves_agree w_new; first exact: (wf_orderly c_valid wf).
- exact: (wf_avoids c_valid wf new).
- exact: (point_solves c_valid wf).
- by apply: solves_put => //; exact: (point_solves c_valid wf_u).
move=> {}w w_new w_qs; rewrite settle_off // /upd; case: eqP => // _; rewrite s_off // /r2.
by move: w_new; rewrite !inE => /norP[w_q w_p]; rewrite !upd_other.
Qed.

Lemma solves_fresh v z s : v \notin globals c ++ binders t -> solves (quotients t) s ->
  solves (quotients t) (upd s v z).
Proof.
move=> v_new sol q a b q_t; have q_v : q != v.
  apply: contraNneq v_new => <-; rewrite !mem_cat; apply/or3P/Or33.
  exact: (map_f (fun q : quotient => q.1.1) q_t).
have := wf_avoids c_valid wf (xs := [:: v]); rewrite /= orbF => /(_ v_new)/allP/(_ _ q_t)/andP[a_free b_free].
by rewrite upd_other // !ev_upd //; apply: sol.
Qed.

Lemma joinP q p v P1 P2 ts : join c t q p v P1 P2 = Some ts -> all (well_formed c) ts -> den T r t = total T r ts.
Proof.
rewrite /join; case VQ: (value _ q) => [N|] //; case VP: (value _ p) => [M|] // join_t.
case: (@some_ifP _ _ _ _ join_t) => /and4P[q_p v_new p1 p2] <- {join_t}; move: p1 p2.
set e := sub _ _; set u := with_ranges _ _; move=> p1 p2; rewrite total1 => /andP[wf_u _].
have q_t := value_in VQ; have p_t := value_in VP.
have v_u : (v, mul N M) \in ranges u.
  by apply/mapP; exists (q, N); rewrite ?eqxx // mem_filter q_p.
have same : without v (ranges u) = without q (without p (ranges t)).
  apply: without_join; apply: contraNN v_new => /mapP[w]; rewrite mem_filter !mem_cat => /andP[_ w_t] ->.
  by apply/or3P/Or32; exact: (map_f (fun w : nat * poly => w.1) w_t).
have [v_q v_p] : v != q /\ v != p.
  by split; apply: contraNneq v_new => ->; rewrite mem_cat (in_binders q_t, in_binders p_t) orbT.
have old x k : (x, k) \in ranges t -> x \notin range_names (ranges u) -> x \notin globals c ++ binders u.
  move=> x_t x_u; rewrite !mem_cat (negbTE x_u) (negbTE (wf_local wf (in_binders x_t))) /=.
  by rewrite names_put (range_not_quotient wf x_t).
have new : ~~ has (mem (globals c ++ binders u)) [:: q; p].
  rewrite /= orbF negb_or (old q N) ?(old p M) //; apply/negP => /mapP[w /mapP[w']]; rewrite mem_filter.
    by case/andP => w'_p _ ->; case: eqP => _ eq_p; [move: v_p | move: w'_p]; rewrite eq_p eqxx.
  by move=> _ ->; case: (w'.1 =P q) => [_|ne] eq_q; [move: v_q; rewrite eq_q eqxx | case: ne].
rewrite (den_inner2 wf q_t p_t q_p) (den_inner r wf_u T v_u) same; apply: eq_sums => [|r' here].
  by rewrite box_namesE; do 2 apply: subseq_uniq (map_subseq _ (filter_subseq _ _)) _; exact: wf_uniq_ranges wf.
symmetry; rewrite ev_mul; apply: sum_of_two => [z z_n nonzero|x y x_N y_M].
  have here_u : inside (box r (without v (ranges u))) r r' by rewrite same.
  have at_z : inside (box r (ranges u)) r (upd r' v z).
    by apply: inside_upd (wf_uniq_ranges wf_u) v_u here_u _; rewrite ev_mul.
  rewrite -(ev_global (wf_extent wf q_t) (point_globals wf_u at_z)).
  rewrite -(ev_global (wf_extent wf p_t) (point_globals wf_u at_z)).
  by split; [exact: (shown_at c_valid wf_u at_z nonzero p1) | exact: (shown_at c_valid wf_u at_z nonzero p2)].
have at_xy := inside_upd2 wf q_t p_t q_p here x_N y_M.
set r2 := upd (upd r' q x) p y in at_xy *; pose s := settle (quotients t) r2; set z := (_ + y)%Z.
have s_q : s q = x by rewrite /s settle_off ?(range_not_quotient wf q_t) // /r2 upd_other // upd_same.
have s_p : s p = y by rewrite /s settle_off ?(range_not_quotient wf p_t) // /r2 upd_same.
pose s2 := upd s v z; have s2_p : s2 p = y by rewrite /s2 upd_other // eq_sym.
have v_free := wf_free wf (xs := [:: v]); rewrite /= orbF in v_free; move/(_ v_new) in v_free.
have M_free x0 a : x0 \in binders t -> ev (upd s x0 a) M = ev s M.
  by move=> x0_t; rewrite ev_upd //; apply: contraNN (wf_local wf x0_t); apply: within_in (wf_extent wf p_t).
have value a : ev (upd s2 p a) e = y.
  rewrite /e ev_sub ev_mul !ev_variable upd_other // upd_other //.
  rewrite /s2 upd_same upd_other 1?eq_sym // s_q.
  have -> : ev (upd (upd s v z) p a) M = ev r M; last by rewrite /z Z.add_simpl_l.
  rewrite -(ev_global (wf_extent wf p_t) (point_globals wf at_xy)); apply: ev_within (wf_extent wf p_t) _ => w w_c.
  have w_new : w \notin binders t by apply: contraTN w_c => /(wf_local wf).
  rewrite !upd_other //; first by apply: contraNneq v_new => <-; rewrite mem_cat w_c.
  by apply: contraNneq w_new => ->; exact: in_binders p_t.
transitivity (body T u (upd s2 p y)); last first.
  transitivity (body T t (upd (upd s2 p y) p (ev (upd s2 p y) e))); first exact: (body_put1 T p e t).
  apply: (body_off T v_free) => w; rewrite inE value /upd => w_v; case: eqP => [->|_] //.
  by rewrite /s2 /upd (negbTE w_v).
apply: (body_off T (wf_free wf_u new)) => w w_new; apply: solves_agree w_new; first exact: (wf_orderly c_valid wf_u).
- exact: (wf_avoids c_valid wf_u new).
- exact: (point_solves c_valid wf_u).
- apply: put_solves; rewrite ?value //; first exact: (range_not_quotient wf p_t).
    by move=> q' a b; apply: (denominator_free c_valid wf (wf_local wf (in_binders p_t))).
  by apply: (solves_fresh _ v_new); exact: (point_solves c_valid wf).
move=> {}w; rewrite !inE names_put => /norP[w_q w_p] w_qs.
rewrite settle_off ?names_put // [RHS]upd_other // /s2 /upd; case: eqP => // _.
by rewrite /s settle_off // /r2 !upd_other.
Qed.
End SplitJoin.
