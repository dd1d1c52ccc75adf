(* Adders that align their numbers to the largest, as those of tensor cores do.

   Each of m numbers is truncated towards zero to a multiple of g, where g <= w times the largest; these are added, and
   what is returned errs by c relatively and by e, as rounded or truncated.  It is proved that
   - such an adder errs by (m w + c) S + e, where S is the sum of the absolute values of its numbers;
   - so sums by such adders of at most m numbers have the bound by height of Adders.v with m w + c;
   - and sums by such adders of any sizes the bound by the number of addends with 8 u, where w = 2 u and c = 4 u;
   - such an adder loses nothing of multiples of what it truncates to.

   How tensor cores add: M. Fasi, N. J. Higham, M. Mikaitis and S. Pranesh, "Numerical behavior of NVIDIA tensor cores",
   PeerJ Computer Science 7 (2021) e330.

   Proved by hand, as the statements are about rounded sums, not about sums in a ring. *)
From Coq Require Import ZArith Reals List Lra Lia.
From Flocq Require Import Core.
From Symconv Require Import Accumulation Adders.
Import ListNotations.
Open Scope R_scope.

Definition truncated (g x : R) : R := IZR (Ztrunc (x / g)) * g.
Definition largest (xs : list R) : R := fold_right (fun x m => Rmax (Rabs x) m) 0 xs.
Definition aligned (w c e : R) (result : R) (xs : list R) : Prop := exists g,
  0 < g /\ (0 < largest xs -> g <= w * largest xs) /\
  let s := sum (map (truncated g) xs) in Rabs (result - s) <= c * Rabs s + e.

Lemma truncated_bounds g x : 0 < g -> let t := truncated g x in
  Rabs t <= Rabs x /\ Rabs (t - x) <= Rabs x /\ Rabs (t - x) <= g.
Proof.
intros g_positive; unfold truncated; set (y := x / g); replace x with (y * g) by (unfold y; field; lra).
rewrite <- Rmult_minus_distr_r, !Rabs_mult, (Rabs_pos_eq g) by lra.
enough (Rabs (IZR (Ztrunc y)) <= Rabs y /\ Rabs (IZR (Ztrunc y) - y) <= Rabs y /\ Rabs (IZR (Ztrunc y) - y) <= 1)
  by (repeat split; nra).
clearbody y; destruct (Rle_or_lt 0 y) as [y_positive|y_negative].
- rewrite Ztrunc_floor by assumption.
  assert (low := IZR_le _ _ (Zfloor_lub 0 y y_positive)); assert (H := Zfloor_lb y); assert (H' := Zfloor_ub y).
  unfold Rabs; repeat destruct Rcase_abs; lra.
- rewrite Ztrunc_ceil by lra.
  assert (high := IZR_le _ _ (Zceil_glb 0 y ltac:(lra))); assert (H := Zceil_ub y); assert (H' := Zceil_lb y).
  unfold Rabs; repeat destruct Rcase_abs; lra.
Qed.

Lemma truncated_sum_bounds g xs : 0 < g -> let s := sum (map (truncated g) xs) in
  Rabs s <= absolute_sum xs /\ Rabs (s - sum xs) <= absolute_sum xs /\ Rabs (s - sum xs) <= INR (length xs) * g.
Proof.
intros g_positive; induction xs as [|x xs (IH1 & IH2 & IH3)]; unfold absolute_sum in *; cbn [map sum fold_right length].
{ simpl; rewrite Rminus_0_r, Rabs_R0; lra. }
destruct (truncated_bounds g x g_positive) as (H1 & H2 & H3); rewrite S_INR; fold (sum (map (truncated g) xs)) (sum xs).
fold (sum (map Rabs xs)).
repeat split;
  [in_parts (truncated g x) (sum (map (truncated g) xs)) | |];
  in_parts (truncated g x - x) (sum (map (truncated g) xs) - sum xs).
Qed.

Lemma largest_bounds xs :
  0 <= largest xs /\ largest xs <= absolute_sum xs /\ absolute_sum xs <= INR (length xs) * largest xs.
Proof.
induction xs as [|x xs (IH1 & IH2 & IH3)]; unfold absolute_sum in *; [simpl; lra |].
cbn [map sum fold_right length largest]; fold (largest xs) (sum (map Rabs xs)); rewrite S_INR.
assert (H := Rmax_l (Rabs x) (largest xs)); assert (H' := Rmax_r (Rabs x) (largest xs)).
assert (INR (length xs) * largest xs <= INR (length xs) * Rmax (Rabs x) (largest xs))
  by (apply Rmult_le_compat_l; [apply pos_INR | exact H']).
assert (x_nonnegative := Rabs_pos x); repeat split; try lra; apply Rmax_lub; lra.
Qed.

(* With w = c = 2 u this is 2 (m + 1) u for m numbers. *)
Theorem aligned_sum_bound w c e result xs : 0 <= w -> 0 <= c -> aligned w c e result xs ->
  Rabs (result - sum xs) <= (INR (length xs) * w + c) * absolute_sum xs + e.
Proof.
intros w_nonnegative c_nonnegative (g & g_positive & g_le & near).
destruct (truncated_sum_bounds g xs g_positive) as (s_le & lost & lost'), (largest_bounds xs) as (m0 & m_le & m_ge).
set (s := sum (map (truncated g) xs)) in *; assert (n0 := pos_INR (length xs)).
assert (c * Rabs s <= c * absolute_sum xs) by (apply Rmult_le_compat_l; assumption).
enough (Rabs (s - sum xs) <= INR (length xs) * w * absolute_sum xs).
{ in_parts (result - s) (s - sum xs). }
destruct (Rle_lt_or_eq_dec _ _ m0) as [positive|zero].
- eapply Rle_trans; [exact lost' |]; rewrite Rmult_assoc; apply Rmult_le_compat_l; [exact n0 |].
  eapply Rle_trans; [exact (g_le positive) | apply Rmult_le_compat_l; assumption].
- rewrite <- zero, Rmult_0_r in m_ge; eapply Rle_trans; [exact lost |].
  eapply Rle_trans; [exact m_ge | repeat apply Rmult_le_pos; lra].
Qed.

(* Each adder aligns m numbers at most, or errs no more than such a one, as one rounding does. *)
Theorem aligned_adders_bound m w c e t : 0 <= w -> 0 <= c -> 0 <= e -> let a := INR m * w + c in
  each_adder (fun result xs => (length xs <= m)%nat /\ aligned w c e result xs \/ errs a e result xs) t ->
  Rabs (sum (numbers t) - sum (given t))
  <= ((1 + a) ^ height t - 1) * absolute_sum (given t) + INR (adders t) * e * (1 + a) ^ height t.
Proof.
intros w_nonnegative c_nonnegative e_nonnegative a each.
assert (a_nonnegative : 0 <= a) by (apply Rplus_le_le_0_compat; [apply Rmult_le_pos; auto using pos_INR | assumption]).
apply height_bound_of_adders; [exact a_nonnegative | exact e_nonnegative |].
induction t as [x|l IHl r IHr|result t IHt]; simpl in *; intuition.
unfold errs; eapply Rle_trans; [apply (aligned_sum_bound w c e); assumption |].
apply Rplus_le_compat_r, Rmult_le_compat_r; [apply absolute_sum_nonnegative |].
apply Rplus_le_compat_r, Rmult_le_compat_r, le_INR; assumption.
Qed.

(* Adders of any sizes, in a format of precision prec: each truncates its numbers to multiples of no more than 2 u times
   the largest, and then their sum, once or twice, or errs no more than such a one, as one rounding does. *)
Lemma aligned_errs_as_additions prec e result xs : (1 <= length xs)%nat ->
  aligned (2 * u prec) (4 * u prec) e result xs -> errs_as_additions (8 * u prec) e result xs.
Proof.
intros some near; assert (u_positive := u_positive prec).
assert (near' := aligned_sum_bound (2 * u prec) (4 * u prec) _ _ _ ltac:(lra) ltac:(lra) near).
revert near'; apply errs_less; unfold as_additions.
assert (few : (length xs + 2 <= 4 * Nat.max 1 (length xs - 1))%nat) by lia.
apply le_INR in few; rewrite plus_INR, mult_INR in few; simpl (INR 2) in few; simpl (INR 4) in few.
apply (Rmult_le_compat_l (2 * u prec)) in few; lra.
Qed.

Theorem adders_bound prec e t : 0 <= e -> let c := 8 * u prec in let n := length (given t) in
  rounds_given_alone t ->
  each_adder (fun y xs => aligned (2 * u prec) (4 * u prec) e y xs \/ errs_as_additions c e y xs) t ->
  Rabs (sum (numbers t) - sum (given t))
  <= ((1 + c) ^ n - 1) * absolute_sum (given t) + INR (adders t) * e * (1 + c) ^ n.
Proof.
intros e_nonnegative c n alone each; assert (u_positive := u_positive prec).
apply addends_bound; [unfold c; lra | exact e_nonnegative | exact alone |].
revert each; apply each_adder_weaker; intros y s [near|near]; [| exact near].
apply aligned_errs_as_additions; [apply numbers_positive | exact near].
Qed.

(* An adder that aligns its numbers loses nothing of multiples of what it truncates to. *)
Theorem aligned_sums_of_multiples_are_exact k xs :
  Forall (multiple k) xs -> sum (map (truncated (bpow radix2 k)) xs) = sum xs.
Proof.
induction 1 as [|x xs [m ->] _ IH]; [reflexivity | simpl; rewrite IH; f_equal]; unfold truncated.
assert (H := bpow_gt_0 radix2 k).
replace (IZR m * bpow radix2 k / bpow radix2 k) with (IZR m) by (field; lra); rewrite Ztrunc_IZR; reflexivity.
Qed.
