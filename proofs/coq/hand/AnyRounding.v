(* What holds of rounded sums of products for any rounding: a bound by the height of the sum, and what roundings lose.

   The order in which one output of a convolution is added may be any, as in Rounding.v, where the bound for rounding to
   nearest is.  It is proved, for a user who compares a result with the exact sum, that
   - where each rounding errs by c |x| + e at most, |computed - exact| <= ((1 + c)^h - 1) S + k e (1 + c)^h, where S is
     the sum of the absolute values, k the number of roundings and h that of roundings on the longest way;
   - rounding to nearest, truncation, and with subnormals flushed to zero are such roundings;
   - after a further rounding the result lies between those of the ends of the interval of a bound.

   Proved by hand, as the statements are about rounded sums, not about sums in a ring. *)
From Coq Require Import ZArith Reals List Lra Lia.
From Flocq Require Import Core Relative.
From Symconv Require Import Accumulation Adders.
Import ListNotations.
Open Scope R_scope.

Section Heights.
Variables c e : R.
Hypotheses (c_nonnegative : 0 <= c) (e_nonnegative : 0 <= e).

(* An order of additions, with the results of its roundings. *)
Fixpoint with_results (rounding : R -> R) (t : order) : computation := match t with
  | Given a => Number a
  | Rounded p => Joined (rounding p) (Number p)
  | Add l r => Joined (computed rounding t) (Beside (with_results rounding l) (with_results rounding r))
  | Fused p t' => Joined (computed rounding t) (Beside (Number p) (with_results rounding t'))
  end.

(* The longest way of roundings, and all of them. *)
Fixpoint depth (t : order) : nat := match t with
  | Given _ => 0 | Rounded _ => 1 | Add l r => S (Nat.max (depth l) (depth r)) | Fused _ t => S (depth t) end.

Fixpoint roundings (t : order) : nat := match t with
  | Given _ => 0 | Rounded _ => 1 | Add l r => S (roundings l + roundings r) | Fused _ t => S (roundings t) end.

Theorem depth_le_addends t : (depth t <= addends t)%nat.
Proof. induction t; simpl; try lia; assert (H := addends_positive t1); assert (H' := addends_positive t2); lia. Qed.

Theorem height_bound rounding t : (forall x, Rabs (rounding x - x) <= c * Rabs x + e) ->
  Rabs (computed rounding t - exact t)
  <= ((1 + c) ^ depth t - 1) * absolute t + INR (roundings t) * e * (1 + c) ^ depth t.
Proof.
intros rounding_errs.
set (w := with_results rounding).
assert (results : forall t, numbers (w t) = [computed rounding t]) by (intros []; reflexivity).
assert (same : sum (given (w t)) = exact t /\ absolute_sum (given (w t)) = absolute t /\
  height (w t) = depth t /\ adders (w t) = roundings t).
{ clear; induction t as [a|p|l (l1 & l2 & l3 & l4) r (r1 & r2 & r3 & r4)|p t (t1 & t2 & t3 & t4)];
    cbn [w with_results given way adders exact absolute depth roundings];
    rewrite ?sum_of_both, ?absolute_sum_of_both; fold w;
    rewrite ?l1, ?l2, ?l3, ?l4, ?r1, ?r2, ?r3, ?r4, ?t1, ?t2, ?t3, ?t4;
    unfold absolute_sum; simpl; rewrite ?Rplus_0_r; auto. }
destruct same as (<- & <- & <- & <-).
replace (computed rounding t) with (sum (numbers (w t))) by (rewrite results; apply Rplus_0_r).
apply height_bound_of_adders; [exact c_nonnegative | exact e_nonnegative |].
clear - results rounding_errs c_nonnegative.
assert (one : forall xs, errs c e (rounding (sum xs)) xs).
{ intros xs; eapply Rle_trans; [apply rounding_errs |].
  apply Rplus_le_compat_r, Rmult_le_compat_l; [exact c_nonnegative | apply sum_le_absolute_sum]. }
induction t as [a|p|l IHl r IHr|p t IHt]; cbn [w with_results each_adder]; fold w; auto.
- split; [| exact I]; assert (H := one [p]); simpl in H; rewrite Rplus_0_r in H; exact H.
- split; [| auto]; assert (H := one (numbers (Beside (w l) (w r)))); cbn [numbers] in H |- *.
  rewrite !results in H |- *; simpl in H; rewrite Rplus_0_r in H; exact H.
- split; [| auto]; assert (H := one (numbers (Beside (Number p) (w t)))); cbn [numbers] in H |- *.
  rewrite !results in H |- *; simpl in H; rewrite Rplus_0_r in H; exact H.
Qed.
End Heights.

Section AnyFormat.
Variables emin prec : Z.
Context {prec_positive : Prec_gt_0 prec}.

Local Notation u := (u prec).
Local Notation half_least := (half_least emin).
Definition least_normal : R := bpow radix2 (emin + prec - 1).

(* What roundings lose: c and e of height_bound. *)
Theorem nearest_loses choice x :
  Rabs (round radix2 (FLT_exp emin prec) (Znearest choice) x - x) <= u * Rabs x + half_least.
Proof.
destruct (error_N_FLT radix2 emin prec prec_positive choice x) as (d & h & d_small & h_small & _ & ->).
rewrite bpow_plus, bpow_1 in d_small; simpl in d_small.
replace (x * (1 + d) + h - x) with (d * x + h) by ring.
eapply Rle_trans; [apply Rabs_triang |]; rewrite Rabs_mult.
apply Rplus_le_compat; [apply Rmult_le_compat_r; [apply Rabs_pos |] | exact h_small]; unfold u; lra.
Qed.

Section Monotone.
Variable rnd : R -> Z.
Context {rnd_valid : Valid_rnd rnd}.
Let rounding := round radix2 (FLT_exp emin prec) rnd.
Local Instance exponents_valid : Valid_exp (FLT_exp emin prec) := FLT_exp_valid emin prec.

(* Any direction: to nearest, truncated, up or down. *)
Theorem any_direction_loses x : Rabs (rounding x - x) <= 2 * u * Rabs x + 2 * half_least.
Proof.
eapply Rle_trans; [apply error_le_ulp; exact _ |].
assert (0 <= Rabs x * bpow radix2 (- prec)) by (apply Rmult_le_pos; [apply Rabs_pos | apply bpow_ge_0]).
assert (least_positive := bpow_gt_0 radix2 emin); unfold u, half_least.
destruct (Rle_or_lt (bpow radix2 (emin + prec - 1)) (Rabs x)) as [large|small].
- eapply Rle_trans; [apply ulp_FLT_le, large; exact _ |].
  unfold Zminus; rewrite bpow_plus, bpow_1; simpl; lra.
- rewrite ulp_FLT_small; [lra | exact _ | apply (Rlt_le_trans _ _ _ small), bpow_le; lia].
Qed.

Lemma below_normal x : Rabs (rounding x) < least_normal -> Rabs x < least_normal.
Proof.
intros small; apply Rnot_le_lt; intros large; apply (Rlt_not_le _ _ small).
unfold Prec_gt_0 in *; apply abs_round_ge_generic; try exact _; [| exact large].
apply generic_format_FLT_bpow; [assumption | lia].
Qed.

(* Results, or operands, below the least normal number are flushed to zero. *)
Theorem flush_to_zero_loses flushed c e : 0 <= c -> e <= least_normal ->
  (forall x, Rabs (rounding x - x) <= c * Rabs x + e) ->
  (forall x, flushed x = rounding x \/
    flushed x = 0 /\ (Rabs (rounding x) < least_normal \/ Rabs x < least_normal)) ->
  forall x, Rabs (flushed x - x) <= c * Rabs x + least_normal.
Proof.
intros c_nonnegative e_small loses flushes x.
destruct (flushes x) as [-> | [-> below]]; [assert (H := loses x); lra |].
assert (Rabs x < least_normal) by (destruct below; auto using below_normal).
assert (0 <= c * Rabs x) by (apply Rmult_le_pos; [exact c_nonnegative | apply Rabs_pos]).
rewrite Rminus_0_l, Rabs_Ropp; lra.
Qed.

(* A result x within b of the exact sum s, rounded once more, as to the format of the output. *)
Theorem accepted_interval x s b : Rabs (x - s) <= b -> rounding (s - b) <= rounding x <= rounding (s + b).
Proof. intros near; apply Rabs_le_inv in near; split; apply round_le; try exact _; lra. Qed.
End Monotone.

End AnyFormat.

