(* An entry of a defined tensor is the sum that defines it: why definitions may be put in. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg ssrint.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Checker Statements Flattening.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Lemma uses_sub xs ys p : {subset xs <= ys} -> ~~ uses ys p -> ~~ uses xs p.
Proof.
move=> sub_xs; apply: contraNN => /hasP[m m_p /hasP[x x_m x_xs]].
by apply/hasP; exists m => //; apply/hasP; exists x => //=; apply: sub_xs.
Qed.

Lemma orderly_of qs : uniq (quotient_names qs) -> in_order qs ->
  all (fun q : quotient => ~~ uses (quotient_names qs) q.2) qs -> orderly qs.
Proof.
elim: qs => [|[[q a] b] qs IH] //= /andP[q_qs uniq_qs] /andP[a_free order] /andP[b_free free].
rewrite q_qs a_free b_free IH //; apply: sub_all free => x /=; apply: uses_sub => y y_qs.
by rewrite inE y_qs orbT.
Qed.

Lemma bind_off xs at_ r x : x \notin xs -> bind r xs at_ x = r x.
Proof.
elim: xs at_ r => [|y xs IH] [|a at_] r //; rewrite inE => /norP[x_y x_xs] /=.
by rewrite IH // upd_other.
Qed.

Lemma bind_assign xs es r s s' : uniq xs -> size es = size xs -> (forall e, e \in es -> ev s' e = ev s e) ->
  forall x, x \in xs -> assign (zip xs es) s' x = bind r xs (map (ev s) es) x.
Proof.
elim: xs es r => [|y xs IH] [|e es] r //= /andP[y_xs uniq_xs] [size_es] same x; rewrite inE /assign /=.
case: (x =P y) => [->|_] /= in_xs; first by rewrite bind_off // upd_same same ?inE ?eqxx.
rewrite -[LHS]/(assign (zip xs es) s' x) (IH _ (upd r y (ev s e))) // => e' e'_es.
by apply: same; rewrite inE e'_es orbT.
Qed.

Lemma value_off xs es x : x \notin xs -> value (zip xs es) x = None.
Proof. by elim: xs es => [|y xs IH] [|e es] //=; rewrite inE => /norP[/negbTE -> /IH ->]. Qed.

Section Inlining.
Variable R : comRingType.
Variable T : nat -> seq Z -> R.
Variable r : env.
Variable d : tensor_definition.
Let T' := extended r T d.

Lemma other_factors s fs : ~~ reads (tensor d) fs ->
  \prod_(f <- fs) factor_value T' s f = \prod_(f <- fs) factor_value T s f.
Proof.
move=> /hasPn other; rewrite !big_seq; apply: eq_bigr => f /other f_d.
rewrite /factor_value /T' /extended; case: (Nat.eqb_spec f.1 (tensor d)) => // eq_f.
by move: f_d; rewrite eq_f eqxx.
Qed.

Section One.
Variables (t u : term) (i : nat) (arguments : seq poly).
Hypothesis is_apart : apart d t arguments u.
Hypothesis arguments_read : exists2 f, f \in factors t & f.2 = arguments.
Let S := zip (parameters d) arguments.
Let placed := put_everywhere S u.
Variable r' : env.
Hypothesis here : inside (box r (ranges t)) r r'.
Let s := settle (quotients t) r'.
Let rb := bind r (parameters d) (map (ev s) arguments).

Let uniq_local : uniq (binders t ++ binders u ++ parameters d).
Proof. by case/and5P: is_apart. Qed.
Let uniq_u : uniq (binders u).
Proof. by move: uniq_local; rewrite catA cat_uniq => /andP[]; rewrite cat_uniq => /and3P[]. Qed.
Let uniq_t : uniq (binders t).
Proof. by move: uniq_local; rewrite cat_uniq => /and3P[]. Qed.
Let uniq_parameters : uniq (parameters d).
Proof. by move: uniq_local; rewrite catA cat_uniq => /and3P[]. Qed.
Let t_u x : x \in binders t -> x \notin binders u.
Proof.
move: uniq_local; rewrite cat_uniq => /and3P[_ /hasPn disjoint _] x_t; apply/negP => x_u.
by have := disjoint x; rewrite mem_cat x_u /= x_t => /(_ isT).
Qed.
Let parameters_off x : x \in parameters d -> x \notin binders t /\ x \notin binders u.
Proof.
move: uniq_local; rewrite catA cat_uniq => /and3P[_ /hasPn disjoint _] /disjoint.
by rewrite /= mem_cat => /norP[].
Qed.
Let size_arguments : size arguments = size (parameters d).
Proof. by case/and5P: is_apart => _ /eqP. Qed.
Let checks : [/\ in_order (quotients t), in_order (quotients u) & in_order (quotients placed)].
Proof. by case/and5P: is_apart => _ _ -> -> /andP[]. Qed.
Let t_free : free_inside (binders u) t.
Proof. by case/and5P: is_apart => _ _ _ _ /and3P[]. Qed.
Let u_free : free_inside (binders t) u.
Proof. by case/and5P: is_apart => _ _ _ _ /and4P[]. Qed.
Let outer p : p \in outer_polynomials t ++ outer_polynomials placed ->
  ~~ uses (binders t ++ binders u ++ parameters d) p.
Proof. by case/and5P: is_apart => _ _ _ _ /and5P[_ _ _ _ /andP[_ /allP]]; apply. Qed.
Let outer_u p : p \in outer_polynomials u -> ~~ uses (binders t ++ binders u) p.
Proof. by case/and5P: is_apart => _ _ _ _ /and5P[_ _ _ _ /andP[/allP + _]]; apply. Qed.
Let extent v (w : nat * poly) : w \in ranges v -> w.2 \in outer_polynomials v.
Proof. by move=> w_v; rewrite mem_cat (map_f snd w_v). Qed.
Let denominator v (q : quotient) : q \in quotients v -> q.2 \in outer_polynomials v.
Proof. by move=> q_v; rewrite mem_cat (map_f snd q_v) orbT. Qed.
Let outer_t q : q \in quotients t -> ~~ uses (binders t ++ binders u ++ parameters d) q.2.
Proof. by move=> q_t; apply: outer; rewrite mem_cat denominator. Qed.

Let sub_t : {subset binders t <= binders t ++ binders u ++ parameters d}.
Proof. by move=> x x_t; rewrite mem_cat x_t. Qed.
Let sub_u : {subset binders u <= binders t ++ binders u ++ parameters d}.
Proof. by move=> x x_u; rewrite mem_cat; apply/orP; right; rewrite mem_cat x_u. Qed.
Let sub_q v : {subset quotient_names (quotients v) <= binders v}.
Proof. by move=> x x_q; rewrite mem_cat x_q orbT. Qed.
Let sub_r v : {subset range_names (ranges v) <= binders v}.
Proof. by move=> x x_q; rewrite mem_cat x_q. Qed.

Let orderly_t : orderly (quotients t).
Proof.
case: checks => order _ _; apply: orderly_of => //; first by move: uniq_t; rewrite cat_uniq => /and3P[].
by apply/allP => q /outer_t; apply: uses_sub => x /sub_q /sub_t.
Qed.
Let orderly_u : orderly (quotients u).
Proof.
case: checks => _ order _; apply: orderly_of => //; first by move: uniq_u; rewrite cat_uniq => /and3P[].
by apply/allP => q /denominator /outer_u; apply: uses_sub => x /sub_q x_u; rewrite mem_cat x_u orbT.
Qed.
Let names_put : quotient_names (quotients placed) = quotient_names (quotients u).
Proof. by rewrite /quotient_names -map_comp. Qed.
Let orderly_put : orderly (quotients placed).
Proof.
case: checks => _ _ order; apply: orderly_of; rewrite ?names_put //.
  by move: uniq_u; rewrite cat_uniq => /and3P[].
apply/allP => q q_placed; have : ~~ uses (binders t ++ binders u ++ parameters d) q.2.
  by apply: outer; rewrite mem_cat (denominator q_placed) orbT.
by apply: uses_sub => x /sub_q /sub_u.
Qed.

Let s_r x : x \notin binders t -> s x = r x.
Proof.
move=> x_t; rewrite /s settle_off; last by apply: contraNN x_t; exact: sub_q.
by case: here => off _; apply: off; rewrite box_namesE; apply: contraNN x_t; exact: sub_r.
Qed.

(* The extents of the definition at the arguments. *)
Let box_placed : box r (ranges placed) = box rb (ranges u).
Proof.
rewrite /box -map_comp; apply/eq_in_map => -[v n] v_u /=; congr (_, _).
have placed_free : ~~ uses (binders t) (put S n).
  have n_placed : (v, put S n) \in ranges placed by apply/mapP; exists (v, n).
  by apply: (uses_sub sub_t); apply: outer; rewrite mem_cat (extent n_placed) orbT.
rewrite -(ev_off placed_free s_r) ev_put; apply: (@ev_off (binders t)) => [|x x_t].
  by apply: uses_sub (outer_u (extent v_u)) => x x_t; rewrite mem_cat x_t.
case x_d: (x \in parameters d); first by rewrite (@bind_assign _ _ r s).
by rewrite /assign value_off ?x_d // s_r // /rb bind_off ?x_d.
Qed.

Section Point.
Variables e1 e2 : env.
Hypothesis in1 : inside (box r (ranges placed)) rb e1.
Hypothesis in2 : inside (box r (ranges placed)) r' e2.
Hypothesis same : forall x, x \in box_names (box r (ranges placed)) -> e1 x = e2 x.
Let s2 := settle (quotients t) e2.
Let full := settle (quotients placed) s2.

Let names_u : box_names (box r (ranges placed)) = range_names (ranges u).
Proof. by rewrite box_namesE /range_names -map_comp. Qed.

Let s2_s x : x \notin binders u -> s2 x = s x.
Proof.
move=> x_u; apply: (@solves_agree (binders u) (quotients t)) => //; try exact: settle_solves.
  case/and4P: t_free => _ /allP nums _ _; apply/allP => q q_t; rewrite nums //=.
  by apply: uses_sub (outer_t q_t); exact: sub_u.
move=> y y_u y_q; rewrite /s2 /s !settle_off //; case: in2 => off _; apply: off; rewrite names_u.
by apply: contraNN y_u; exact: sub_r.
Qed.

Let full_s x : x \notin binders u -> full x = s x.
Proof. by move=> x_u; rewrite /full settle_off ?s2_s // names_put; apply: contraNN x_u; exact: sub_q. Qed.

Let ev_full p : ~~ uses (binders u) p -> ev full p = ev s p.
Proof. by move=> free; apply: ev_off free full_s. Qed.

Let arguments_same e : e \in arguments -> ev full e = ev s e.
Proof.
case: arguments_read => f f_t <- e_f; apply: ev_full.
by case/and4P: t_free => _ _ _ /allP /(_ _ f_t) /allP /(_ _ e_f).
Qed.

Let put_agrees x : x \notin binders t -> assign S full x = settle (quotients u) e1 x.
Proof.
move=> x_t; apply: (@solves_agree (binders t) (quotients u)) => //; last first.
- move=> y y_t y_q; rewrite (settle_off _ y_q); case: in1 in2 => off1 _ [off2 _].
  case y_d: (y \in parameters d).
    rewrite (@bind_assign _ _ r s) //; rewrite off1 ?names_u //.
    by have [_] := parameters_off y_d; apply: contraNN; exact: sub_r.
  rewrite /assign value_off ?y_d //; case y_r: (y \in range_names (ranges u)).
    rewrite /full settle_off ?names_put // /s2 settle_off ?same ?names_u //.
    by apply: contraNN y_t; exact: sub_q.
  have y_u : y \notin binders u by rewrite mem_cat y_r.
  rewrite full_s // off1 ?names_u ?y_r // /rb bind_off ?y_d //.
  exact: s_r.
- exact: settle_solves.
- move=> q a b q_u; have q_name : q \in quotient_names (quotients u) by exact: (map_f (fun q : quotient => q.1.1) q_u).
  have q_d : q \notin parameters d.
    by apply/negP => /parameters_off[_]; rewrite sub_q.
  rewrite {1}/assign value_off // -!ev_put.
  by apply: (settle_solves s2 orderly_put); apply/mapP; exists (q, a, b).
- case/and4P: u_free => _ /allP nums _ _; apply/allP => q q_u; rewrite nums //=.
  by apply: uses_sub (outer_u (denominator q_u)) => y y_t; rewrite mem_cat y_t.
Qed.

Lemma put_point :
  (if counts s (brackets t) then
     zr R (ev s (coefficient t)) *
       (\prod_(f <- take i (factors t)) factor_value T s f * \prod_(f <- drop i.+1 (factors t)) factor_value T s f)
   else 0) * summand T u e1 = summand T (put_definition d t i arguments u) e2.
Proof.
rewrite /summand /put_definition /= settle_cat -/s2 -/full.
have <- : body T (put_term S u) full = body T u (settle (quotients u) e1).
  by rewrite body_put; apply: (body_off _ u_free put_agrees).
case/and4P: (t_free) => c_free _ /allP b_free /allP f_free.
have prods fs : {subset fs <= factors t} -> \prod_(f <- fs) factor_value T s f = \prod_(f <- fs) factor_value T full f.
  move=> sub_fs; rewrite !big_seq; apply: eq_bigr => f /sub_fs f_t; rewrite /factor_value; congr (T _ _).
  by apply/eq_in_map => p p_f; rewrite ev_full //; exact: (allP (f_free _ f_t)).
rewrite !prods => [|f|f]; try by [move/mem_drop | move/mem_take].
have -> : counts s (brackets t) = counts full (brackets t).
  by apply: eq_in_all => b /b_free b_t; rewrite /holds ev_full.
rewrite -(ev_full c_free) /body /weight /= /counts all_cat ev_mul zrM !big_cat /=.
case: all; case: all; rewrite ?mul0r ?mulr0 //=.
by rewrite mulrACA -[(_ * _) * \prod_(f <- map _ _) _]mulrA [X in _ * (_ * X)]mulrC.
Qed.
End Point.

Lemma put_definition_point :
  (if counts s (brackets t) then
     zr R (ev s (coefficient t)) *
       (\prod_(f <- take i (factors t)) factor_value T s f * \prod_(f <- drop i.+1 (factors t)) factor_value T s f)
   else 0) * den T rb u = sums (box r (ranges placed)) r' (summand T (put_definition d t i arguments u)).
Proof.
rewrite /den -box_placed -sums_scale; apply: sums_two; last exact: put_point.
by rewrite box_placed box_namesE; move: uniq_u; rewrite cat_uniq => /and3P[].
Qed.
End One.

Hypothesis defined_tidy : all (fun t => tidy (as_term t)) (defined_as d).

Lemma entry_value s es : factor_value T' s (tensor d, es) =
  total T (bind r (parameters d) (map (ev s) es)) (map as_term (defined_as d)).
Proof. by rewrite /factor_value /T' /extended Nat.eqb_refl side_total. Qed.

Lemma inlinedP t ts : tidy t -> inlined d t = Some ts -> den T' r t = total T r ts.
Proof.
move=> tidy_t; rewrite /inlined; set i := find _ _; case: ifP => [i_t|no_i]; last first.
  case=> <-; rewrite /total big_seq1 /den; apply: eq_sums => [|r' here].
    by rewrite box_namesE; case/andP: tidy_t; rewrite cat_uniq => /and3P[].
  rewrite /summand /body /weight other_factors //.
  by rewrite /reads has_find -/i no_i.
set es := (nth _ _ i).2; case: (boolP (_ && _)) => // /andP[drop_free aparts] [<-].
have read : exists2 f, f \in factors t & f.2 = es by exists (nth (0%N, [::]) (factors t) i); rewrite ?mem_nth.
have entry_i : nth (0%N, [::]) (factors t) i = (tensor d, es).
  rewrite /es; have := nth_find (0%N, [::]) (_ : has (fun f : factor => f.1 == tensor d) (factors t)).
  by rewrite has_find => /(_ i_t) /eqP; rewrite -/i; case: (nth _ _ i) => a b /= ->.
have take_free : ~~ reads (tensor d) (take i (factors t)).
  by rewrite /reads has_take_leq ?(ltnW i_t) // -/i ltnn.
have uniq_t : uniq (box_names (box r (ranges t))).
  by rewrite box_namesE; case/andP: tidy_t; rewrite cat_uniq => /and3P[].
pose us := map as_term (defined_as d); rewrite -/us in aparts *.
pose weighed r' u := (if counts (settle (quotients t) r') (brackets t) then
    zr R (ev (settle (quotients t) r') (coefficient t)) *
      (\prod_(f <- take i (factors t)) factor_value T (settle (quotients t) r') f *
       \prod_(f <- drop i.+1 (factors t)) factor_value T (settle (quotients t) r') f)
  else 0) * den T (bind r (parameters d) (map (ev (settle (quotients t) r')) es)) u.
have -> : den T' r t = sums (box r (ranges t)) r (fun r' => \sum_(u <- us) weighed r' u).
  rewrite /den; apply: eq_sums => // r' here; rewrite /summand /body /weight; set s := settle _ r'.
  rewrite -[in \prod_(f <- factors t) _](cat_take_drop i (factors t)) (drop_nth (0%N, [::]) i_t) entry_i.
  rewrite big_cat big_cons /= !other_factors // entry_value /total -/us -mulr_sumr.
  case: counts; last by rewrite mul0r.
  by rewrite -mulrA; congr (_ * _); rewrite mulrCA mulrC.
have step u : apart d t es u -> sums (box r (ranges t)) r (weighed^~ u) = den T r (put_definition d t i es u).
  move=> u_apart; rewrite /den /put_definition /box map_cat -!/(box _ _) sums_cat; apply: eq_sums => // r' here.
  by rewrite /weighed put_definition_point.
rewrite /total big_map; elim: us aparts {entry_i} => [|u us' IH] /=.
  by move=> _; rewrite big_nil; apply: sums_zero => // r' _; rewrite big_nil.
case/andP => /step u_den /IH {}IH; rewrite big_cons -u_den -IH -sums_add.
by apply: eq_sums => // r' _; rewrite big_cons.
Qed.

Lemma all_inlinedP ts us : all tidy ts -> all_inlined d ts = Some us -> total T' r ts = total T r us.
Proof.
elim: ts us => [|t ts IH] us /=; first by move=> _ [<-]; rewrite /total !big_nil.
case/andP => tidy_t tidy_ts; case I: (inlined d t) => [us1|] //; case J: (all_inlined d ts) => [us2|] // [<-].
by rewrite /total big_cons big_cat /= (inlinedP tidy_t I) -!/(total _ _ _) (IH _ tidy_ts J).
Qed.
End Inlining.

Lemma flat_sideP (R : comRingType) (T : nat -> seq Z -> R) r ds ts us :
    all (fun t => tidy (as_term t)) ts -> all (fun t => tidy (as_term t)) (flatten [seq defined_as d | d <- ds]) ->
    flat_side ds ts = Some us ->
  side (foldl (extended r) T ds) r ts = total T r us.
Proof.
move=> tidy_ts; elim: ds T us => [|d ds IH] T us /=; first by move=> _ [<-]; apply: side_total.
rewrite all_cat => /andP[tidy_d tidy_ds]; case F: (flat_side ds ts) => [vs|] //.
case: ifP => // tidy_vs I; rewrite (IH (extended r T d) vs tidy_ds F).
exact: all_inlinedP.
Qed.
