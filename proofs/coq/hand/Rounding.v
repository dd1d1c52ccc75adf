(* How far a rounded sum of products can be from the exact one, in whatever order it is added.

   One output of a convolution is a sum of products and of a bias, each addition rounded.  Which order a library takes,
   and whether it fuses a multiplication with the addition after it, is not known: here both may be any.  For n addends
   of which k are products, a format of unit roundoff u with the least positive number eta, and rounding to nearest with
   any rule for ties, it is proved that
   - |computed - exact| <= n u S + k (eta / 2) (1 + n u) with S the sum of the absolute values, for all n;
   - n - 1 stands for n where each product is fused or has no more bits than the format;
   - n - 1 stands for n, and k for 0, where all products are numbers of the format.
   The last part says this of float64, float32, float16 and bfloat16.  What holds for any rounding is in AnyRounding.v.
   Overflow is outside: the exponents have no upper end, so a user has to see that no partial sum overflows.

   The bound that is linear in n is due to S. M. Rump, "Error estimation of floating-point summation and dot product",
   BIT Numerical Mathematics 52 (2012) 201-220, for sums from left to right, and to C.-P. Jeannerod and S. M. Rump,
   "Improved error bounds for inner products in floating-point arithmetic", SIAM Journal on Matrix Analysis and
   Applications 34 (2013) 338-344, for inner products in any order; here with fused additions and with underflow.

   Proved by hand, as the statements are about rounded sums, not about sums in a ring. *)
From Coq Require Import ZArith Reals Lra Lia.
From Flocq Require Import Core Relative Plus_error.
From Symconv Require Import Accumulation.
Open Scope R_scope.

(* The number of additions, as a real number. *)
Definition additions (t : order) : R := INR (addends t) - 1.

Lemma additions_nonnegative t : 0 <= additions t.
Proof. assert (H := le_INR _ _ (addends_positive t)); unfold additions; simpl in H; lra. Qed.

Section AnyFormat.
Variables emin prec : Z.
Context {prec_positive : Prec_gt_0 prec}.

Local Notation in_format := (in_format emin prec).
Local Notation u := (u prec).
Local Notation half_least := (half_least emin).

Section Nearest.
Variable choice : Z -> bool.
Local Notation nearest := (nearest emin prec choice).

(* The largest relative error of rounding to nearest; a little less than u. *)
Let v := u / (1 + u).

Lemma u_is : u_ro radix2 prec = u.
Proof. unfold u_ro, u; rewrite bpow_plus, bpow_1; simpl; lra. Qed.

Lemma v_bounds : 0 <= v /\ v <= 1 /\ v <= u /\ v * (1 + v) <= u.
Proof.
assert (H := u_positive prec).
assert (v_is : v * (1 + u) = u) by (unfold v; field; lra).
assert (0 <= v) by (apply Rmult_le_pos; [lra | apply Rlt_le, Rinv_0_lt_compat; lra]).
repeat split; nra.
Qed.

Lemma nearest_is_nearest x y : in_format y -> Rabs (nearest x - x) <= Rabs (y - x).
Proof. intros y_in; apply (round_N_pt radix2 (FLT_exp emin prec) choice); exact y_in. Qed.

Lemma nearest_relative x e : Rabs e <= v -> nearest x = x * (1 + e) -> Rabs (nearest x - x) <= v * Rabs x.
Proof.
intros e_small ->; replace (x * (1 + e) - x) with (e * x) by ring; rewrite Rabs_mult.
apply Rmult_le_compat_r; [apply Rabs_pos | exact e_small].
Qed.

(* A sum of two numbers of the format loses nothing by underflow. *)
Lemma addition_error x y : in_format x -> in_format y -> Rabs (nearest (x + y) - (x + y)) <= v * Rabs (x + y).
Proof.
intros x_in y_in.
destruct (FLT_plus_error_N_ex radix2 emin prec choice x y x_in y_in) as (e & e_small & e_is).
rewrite u_is in e_small; exact (nearest_relative _ _ e_small e_is).
Qed.

(* Underflow is a change of what is rounded by no more than half of the least number. *)
Lemma underflow_changes_the_operand x : exists y,
  nearest y = nearest x /\ Rabs (y - x) <= half_least /\ Rabs (nearest y - y) <= v * Rabs y.
Proof.
destruct (relative_error_N_FLT'_ex_separate radix2 emin prec prec_positive choice x)
  as (y & same & (change & small & y_is) & (e & e_small & e_is)).
exists y; repeat split; [exact same | rewrite y_is; replace (x + change - x) with change by ring; exact small |].
rewrite u_is in e_small; exact (nearest_relative _ _ e_small e_is).
Qed.

(* What a rounded product loses is a relative error c, after a change by underflow. *)
Definition loses (c p : R) : Prop := exists y, Rabs (y - p) <= half_least /\ Rabs (nearest p - y) <= c * Rabs y.

Lemma any_product_loses p : loses v p.
Proof. destruct (underflow_changes_the_operand p) as (y & same & near & small); exists y; rewrite <- same; auto. Qed.

(* A product of no more than prec bits loses nothing, but for underflow. *)
Definition short : R -> Prop := generic_format radix2 (FLX_exp prec).

Lemma short_product_loses p : short p -> loses 0 p.
Proof.
intros p_short; exists (nearest p); split; [| rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; lra].
destruct (Rle_or_lt (bpow radix2 (emin + prec - 1)) (Rabs p)) as [large|small].
{ rewrite nearest_fixes by (apply generic_format_FLT_FLX; assumption).
  rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; apply Rlt_le, half_least_positive. }
assert (valid : Valid_exp (FLT_exp emin prec)) by (apply FLT_exp_valid; assumption).
eapply Rle_trans; [apply error_le_half_ulp; exact valid |].
rewrite ulp_FLT_small; [unfold half_least; lra | exact prec_positive |].
apply (Rlt_le_trans _ _ _ small), bpow_le; lia.
Qed.

(* One addition: x1 and x2 have the errors of m1 and m2 additions, and the rounding adds d; it is never more than one of
   the operands, which counts where that one is small. *)
Lemma one_more_addition m1 m2 x1 x2 s1 s2 a1 a2 d : 0 <= m1 -> 0 <= m2 -> Rabs s1 <= a1 -> Rabs s2 <= a2 ->
  Rabs (x1 - s1) <= m1 * v * a1 -> Rabs (x2 - s2) <= m2 * v * a2 ->
  Rabs d <= Rabs x1 -> Rabs d <= Rabs x2 \/ m1 = 0 -> Rabs d <= v * Rabs (x1 + x2) ->
  Rabs (x1 + x2 + d - (s1 + s2)) <= (m1 + m2 + 1) * v * (a1 + a2).
Proof.
intros m1_nonnegative m2_nonnegative s1_le s2_le error1 error2 d_le_x1 d_le_x2 d_le.
destruct v_bounds as (v0 & v1 & _); clearbody v.
assert (a1_nonnegative : 0 <= a1) by (apply (Rle_trans _ (Rabs s1)); auto using Rabs_pos).
assert (a2_nonnegative : 0 <= a2) by (apply (Rle_trans _ (Rabs s2)); auto using Rabs_pos).
assert (size1 : Rabs x1 <= a1 + m1 * v * a1) by in_parts s1 (x1 - s1).
assert (size2 : Rabs x2 <= a2 + m2 * v * a2) by in_parts s2 (x2 - s2).
enough (d_small : Rabs d <= v * ((m2 + 1) * a1 + (m1 + 1) * a2)).
{ assert (Rabs (x1 + x2 - (s1 + s2)) <= m1 * v * a1 + m2 * v * a2) by in_parts (x1 - s1) (x2 - s2).
  in_parts (x1 + x2 - (s1 + s2)) d. }
assert (weight : forall m x y, 0 <= m -> x <= y -> m * x <= m * y) by (intros; apply Rmult_le_compat_l; assumption).
assert (v * a1 <= a1 /\ v * a2 <= a2) as [shrunk1 shrunk2] by (split; nra).
destruct (Rle_or_lt a1 (v * a2)) as [a1_small|a1_large].
{ assert (m1 * (v * a1) <= m1 * (v * a2)) by (apply weight, weight; lra).
  assert (0 <= v * (m2 + 1) * a1) by (repeat apply Rmult_le_pos; lra). lra. }
assert (v * (m2 * (v * a2)) <= v * (m2 * a1)) by (apply weight, weight; lra).
assert (sum : Rabs d <= v * (a1 + m1 * v * a1 + (a2 + m2 * v * a2))).
{ eapply Rle_trans; [exact d_le |]; apply weight; [exact v0 |]; eapply Rle_trans; [apply Rabs_triang | lra]. }
destruct d_le_x2 as [d_le_x2| ->]; [| lra].
destruct (Rle_or_lt a2 (v * a1)) as [a2_small|a2_large].
{ assert (m2 * (v * a2) <= m2 * (v * a1)) by (apply weight, weight; lra).
  assert (0 <= v * (m1 + 1) * a2) by (repeat apply Rmult_le_pos; lra). lra. }
assert (v * (m1 * (v * a1)) <= v * (m1 * a2)) by (apply weight, weight; lra).
lra.
Qed.

(* The sum of absolute values, each product enlarged by what underflow may change. *)
Let enlarged t := absolute t + INR (products t) * half_least.

(* What is added is not quite the products: s, with the sum of absolute values a, stands for what is. *)
Lemma sum_of_what_is_added c t : 0 <= c -> each in_format (loses c) any t -> exists s a,
  Rabs (computed nearest t - s) <= additions t * v * a /\ Rabs s <= a /\ a <= (1 + c) * enlarged t /\
  Rabs (s - exact t) <= c * enlarged t + INR (products t) * half_least.
Proof.
intros c_nonnegative.
assert (h := half_least_positive emin); destruct v_bounds as (v0 & v1 & _).
unfold enlarged, additions.
induction t as [a|p|l IHl r IHr|p t IHt]; cbn [each computed exact absolute addends products].
- intros _; exists a, (Rabs a); simpl.
  rewrite !Rminus_diag_eq, Rabs_R0 by reflexivity.
  assert (0 <= c * Rabs a) by (apply Rmult_le_pos; [lra | apply Rabs_pos]).
  repeat split; lra.
- intros (y & near & small); exists (nearest p), (Rabs (nearest p)); simpl.
  rewrite Rminus_diag_eq, Rabs_R0 by reflexivity.
  assert (y_le : Rabs y <= Rabs p + half_least) by in_parts p (y - p).
  assert (loss : c * Rabs y <= c * (Rabs p + half_least)) by (apply Rmult_le_compat_l; lra).
  repeat split; try lra.
  + in_parts y (nearest p - y).
  + in_parts (nearest p - y) (y - p).
- intros [l_formed r_formed].
  destruct (IHl l_formed) as (s1 & a1 & error1 & s1_le & a1_le & near1).
  destruct (IHr r_formed) as (s2 & a2 & error2 & s2_le & a2_le & near2).
  assert (l_in := computed_in_format _ _ choice _ _ l l_formed).
  assert (r_in := computed_in_format _ _ choice _ _ r r_formed).
  exists (s1 + s2), (a1 + a2); rewrite !plus_INR; repeat split.
  + set (x1 := computed nearest l) in *; set (x2 := computed nearest r) in *.
    replace (nearest (x1 + x2)) with (x1 + x2 + (nearest (x1 + x2) - (x1 + x2))) by ring.
    replace (INR (addends l) + INR (addends r) - 1) with (additions l + additions r + 1) by (unfold additions; ring).
    apply one_more_addition; auto using additions_nonnegative, addition_error, plus_error_le_l.
    * apply plus_error_le_l; [apply FLT_exp_valid; assumption | exact l_in | exact r_in].
    * left; apply plus_error_le_r; [apply FLT_exp_valid; assumption | exact l_in | exact r_in].
  + eapply Rle_trans; [apply Rabs_triang | lra].
  + lra.
  + in_parts (s1 - exact l) (s2 - exact r).
- intros [_ t_formed].
  destruct (IHt t_formed) as (s & a & error & s_le & a_le & near).
  assert (t_in := computed_in_format _ _ choice _ _ t t_formed).
  set (x := computed nearest t) in *.
  destruct (underflow_changes_the_operand (p + x)) as (y & same & y_near & y_small).
  assert (q_near : Rabs (y - x - p) <= half_least) by (replace (y - x - p) with (y - (p + x)) by ring; exact y_near).
  assert (q_le : Rabs (y - x) <= Rabs p + half_least) by in_parts p (y - x - p).
  assert (0 <= c * (Rabs p + half_least)) by (apply Rmult_le_pos; [lra | assert (H := Rabs_pos p); lra]).
  exists (y - x + s), (Rabs (y - x) + a); rewrite !plus_INR; cbn [INR]; repeat split.
  + rewrite <- same.
    replace (nearest y) with (y - x + x + (nearest y - y)) by ring.
    replace (1 + INR (addends t) - 1) with (0 + additions t + 1) by (unfold additions; ring).
    apply one_more_addition; auto using additions_nonnegative, Rle_refl.
    * rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; lra.
    * rewrite (Rabs_minus_sym y x); apply nearest_is_nearest, t_in.
    * replace (y - x + x) with y by ring; exact y_small.
  + eapply Rle_trans; [apply Rabs_triang | lra].
  + lra.
  + in_parts (y - x - p) (s - exact t).
Qed.

Lemma bound_for_losses c factor t : 0 <= c -> additions t * v * (1 + c) + c <= factor ->
  each in_format (loses c) any t ->
  Rabs (computed nearest t - exact t) <= factor * absolute t + INR (products t) * half_least * (1 + factor).
Proof.
intros c_nonnegative factor_is formed.
destruct (sum_of_what_is_added c t c_nonnegative formed) as (s & a & error & _ & a_le & near).
assert (0 <= enlarged t).
{ apply Rplus_le_le_0_compat; [apply absolute_nonnegative |].
  apply Rmult_le_pos; [apply pos_INR | apply Rlt_le, half_least_positive]. }
assert (additions t * v * a <= additions t * v * ((1 + c) * enlarged t)).
{ apply Rmult_le_compat_l; [| exact a_le]; apply Rmult_le_pos; [apply additions_nonnegative | apply v_bounds]. }
assert ((additions t * v * (1 + c) + c) * enlarged t <= factor * enlarged t) by (apply Rmult_le_compat_r; assumption).
replace (computed nearest t - exact t) with ((computed nearest t - s) + (s - exact t)) by ring.
eapply Rle_trans; [apply Rabs_triang |]; unfold enlarged in *; lra.
Qed.

(* Any order, fused or not. *)
Theorem any_order_bound t : each in_format any any t -> let n := INR (addends t) in
  Rabs (computed nearest t - exact t) <= n * u * absolute t + INR (products t) * half_least * (1 + n * u).
Proof.
intros formed n; destruct v_bounds as (v0 & _ & v_le & square_le).
apply (bound_for_losses v); [exact v0 | | revert formed; apply each_weaker; auto using any_product_loses].
assert (additions t * (v * (1 + v)) <= additions t * u).
{ apply Rmult_le_compat_l; [apply additions_nonnegative | exact square_le]. }
unfold additions, n in *; lra.
Qed.

(* One less where each rounded product has no more bits than the format: it loses nothing, but for underflow.  A fused
   product may have any number of bits. *)
Theorem short_products_bound t : each in_format short any t -> let n := INR (addends t) in
  Rabs (computed nearest t - exact t) <= (n - 1) * u * absolute t + INR (products t) * half_least * (1 + (n - 1) * u).
Proof.
intros formed n; destruct v_bounds as (_ & _ & v_le & _).
apply (bound_for_losses 0); [lra | | revert formed; apply each_weaker; auto using short_product_loses].
assert (additions t * v <= additions t * u) by (apply Rmult_le_compat_l; [apply additions_nonnegative | exact v_le]).
unfold additions, n in *; lra.
Qed.

(* No underflow either, where all products are numbers of the format. *)
Theorem exact_products_bound t : products t = 0%nat -> each in_format any any t ->
  Rabs (computed nearest t - exact t) <= (INR (addends t) - 1) * u * absolute t.
Proof.
intros none formed.
assert (bound : each in_format short any t).
{ revert none formed; clear; induction t; simpl; try discriminate; auto.
  intros none [l r]; split; [apply IHt1 | apply IHt2]; auto; lia. }
apply short_products_bound in bound; rewrite none in bound; simpl in bound; lra.
Qed.

End Nearest.

(* The product of two numbers of half as many bits is short. *)
Lemma product_is_short bits x y : Prec_gt_0 bits -> (2 * bits <= prec)%Z ->
  generic_format radix2 (FLX_exp bits) x -> generic_format radix2 (FLX_exp bits) y -> short (x * y).
Proof.
intros bits_positive enough x_in y_in.
apply FLX_format_generic in x_in; [| exact bits_positive]; apply FLX_format_generic in y_in; [| exact bits_positive].
destruct x_in as [[m e] -> m_small], y_in as [[m' e'] -> m'_small]; cbn [Fnum] in m_small, m'_small.
apply generic_format_FLX; exists (Float radix2 (m * m') (e + e')).
{ unfold F2R; cbn [Fnum Fexp]; rewrite mult_IZR, bpow_plus; ring. }
cbn [Fnum]; rewrite Z.abs_mul.
apply (Z.lt_le_trans _ (radix2 ^ bits * radix2 ^ bits)); [apply Z.mul_lt_mono_nonneg; auto using Z.abs_nonneg |].
unfold Prec_gt_0 in *; rewrite <- Z.pow_add_r by lia; apply Z.pow_le_mono_r; [reflexivity | lia].
Qed.
End AnyFormat.

(* The same with the powers of two, for a format of so many digits whose numbers are multiples of 2^-places. *)
Definition bounded (places digits : nat) (choice : Z -> bool) (t : order) : Prop :=
  let emin := (- Z.of_nat places)%Z in let prec := Z.of_nat digits in let n := INR (addends t) in
  each (in_format emin prec) any any t -> Rabs (computed (nearest emin prec choice) t - exact t)
  <= n / 2 ^ digits * absolute t + INR (products t) / 2 ^ S places * (1 + n / 2 ^ digits).

Lemma power n : bpow radix2 (- Z.of_nat n) = / 2 ^ n.
Proof. rewrite bpow_opp, <- IZR_Zpower, <- pow_IZR by lia; reflexivity. Qed.

Lemma bounded_in_powers places digits choice t : (0 < digits)%nat -> bounded places digits choice t.
Proof.
intros positive formed; assert (prec_positive : Prec_gt_0 (Z.of_nat digits)) by (unfold Prec_gt_0; lia).
assert (bound := any_order_bound _ _ choice t formed).
unfold u, half_least in bound; rewrite !power, <- Rinv_mult_distr in bound; [exact bound | lra |].
apply pow_nonzero; lra.
Qed.

Theorem float32_bound choice t : each (in_format (-149) 24) any any t -> let n := INR (addends t) in
  Rabs (computed (nearest (-149) 24 choice) t - exact t)
  <= n / 2 ^ 24 * absolute t + INR (products t) / 2 ^ 150 * (1 + n / 2 ^ 24).
Proof. exact (bounded_in_powers 149 24 choice t ltac:(lia)). Qed.

Theorem float64_bound choice t : bounded 1074 53 choice t.
Proof. apply bounded_in_powers; lia. Qed.

Theorem float16_bound choice t : bounded 24 11 choice t.
Proof. apply bounded_in_powers; lia. Qed.

Theorem bfloat16_bound choice t : bounded 133 8 choice t.
Proof. apply bounded_in_powers; lia. Qed.
