(* Sums by adders of many numbers at once, as those of tensor cores: in any order, of any sizes.

   An adder errs by no more than a multiple of the sum of the absolute values of its numbers, and a constant e.  Let S
   be the sum of the absolute values of the n numbers that are given, and k the number of adders.  It is proved that
   - |computed - exact| <= ((1 + c)^h - 1) S + k e (1 + c)^h, where each adder errs by c times its sum of absolute
     values and e, and h is their number on the longest way;
   - n - 1 stands for h where each adder of m numbers errs by (m - 1) c times its sum of absolute values and e;
   - n stands for h where, besides, numbers that are given, such as products, are rounded first.
   Adders that are so are in Aligned.v.

   Proved by hand, as the statements are about rounded sums, not about sums in a ring. *)
From Coq Require Import ZArith Reals List Lra Lia.
From Flocq Require Import Core.
From Symconv Require Import Accumulation.
Import ListNotations.
Open Scope R_scope.

(* Computations with adders of many numbers. *)
Inductive computation :=
  | Number (a : R)                           (* a number that is given, not rounded *)
  | Beside (l r : computation)               (* the numbers of l and of r, not added yet *)
  | Joined (result : R) (t : computation).   (* what an adder, or one rounding, made of the numbers of t *)

Fixpoint numbers (t : computation) : list R := match t with
  | Number a => [a] | Beside l r => numbers l ++ numbers r | Joined result _ => [result] end.

Definition sum (xs : list R) : R := fold_right Rplus 0 xs.
Definition absolute_sum (xs : list R) : R := sum (map Rabs xs).

Fixpoint given (t : computation) : list R := match t with
  | Number a => [a] | Beside l r => given l ++ given r | Joined _ t => given t end.

(* The longest way, on which an adder of m numbers counts as weight m. *)
Fixpoint way (weight : nat -> nat) (t : computation) : nat := match t with
  | Number _ => 0
  | Beside l r => Nat.max (way weight l) (way weight r)
  | Joined _ t => weight (length (numbers t)) + way weight t
  end.
Notation height := (way (fun _ => 1%nat)).

Fixpoint adders (t : computation) : nat := match t with
  | Number _ => 0 | Beside l r => adders l + adders r | Joined _ t => S (adders t) end.

(* What holds of each adder: of its result and of the numbers that it takes. *)
Fixpoint each_adder (holds : R -> list R -> Prop) (t : computation) : Prop := match t with
  | Number _ => True
  | Beside l r => each_adder holds l /\ each_adder holds r
  | Joined result t => holds result (numbers t) /\ each_adder holds t
  end.

Definition errs (c e : R) (result : R) (xs : list R) : Prop := Rabs (result - sum xs) <= c * absolute_sum xs + e.

Lemma each_adder_weaker (holds holds' : R -> list R -> Prop) t :
  (forall result t, holds result (numbers t) -> holds' result (numbers t)) -> each_adder holds t -> each_adder holds' t.
Proof. intros weaker; induction t; simpl; intuition. Qed.

Lemma sum_of_both xs ys : sum (xs ++ ys) = sum xs + sum ys.
Proof. induction xs as [|x xs IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma absolute_sum_of_both xs ys : absolute_sum (xs ++ ys) = absolute_sum xs + absolute_sum ys.
Proof. unfold absolute_sum; rewrite map_app; apply sum_of_both. Qed.

Lemma sum_le_absolute_sum xs : Rabs (sum xs) <= absolute_sum xs.
Proof.
induction xs as [|x xs IH]; unfold absolute_sum in *; simpl; [rewrite Rabs_R0; lra |].
eapply Rle_trans; [apply Rabs_triang | lra].
Qed.

Lemma absolute_sum_nonnegative xs : 0 <= absolute_sum xs.
Proof. eapply Rle_trans; [apply Rabs_pos | apply sum_le_absolute_sum]. Qed.

Lemma errs_less c c' e result xs : c <= c' -> errs c e result xs -> errs c' e result xs.
Proof.
intros le near; eapply Rle_trans; [exact near |].
apply Rplus_le_compat_r, Rmult_le_compat_r; [apply absolute_sum_nonnegative | exact le].
Qed.

Section Ways.
Variables c e : R.
Hypotheses (c_nonnegative : 0 <= c) (e_nonnegative : 0 <= e).

Lemma growth_is_large h : 1 + INR h * c <= (1 + c) ^ h.
Proof.
induction h as [|h IH]; [simpl; lra |]; rewrite S_INR; cbn [pow].
assert (0 <= INR h * c) by (apply Rmult_le_pos; auto using pos_INR); nra.
Qed.

(* The bound of k adders, h of them one after the other, and a sum a of absolute values. *)
Definition bound (h k : nat) (a : R) : R := ((1 + c) ^ h - 1) * a + INR k * e * (1 + c) ^ h.

Lemma bound_is_monotone h h' k a : (h <= h')%nat -> 0 <= a -> bound h k a <= bound h' k a.
Proof.
intros le a_nonnegative; unfold bound.
assert (Hle : (1 + c) ^ h <= (1 + c) ^ h') by (apply Rle_pow; [lra | exact le]).
apply Rplus_le_compat; [apply Rmult_le_compat_r; lra | apply Rmult_le_compat_l; [| exact Hle]].
apply Rmult_le_pos; [apply pos_INR | exact e_nonnegative].
Qed.

(* The errors of the numbers that are not yet added, together. *)
Fixpoint error (t : computation) : R := match t with
  | Number _ => 0 | Beside l r => error l + error r | Joined result t => Rabs (result - sum (given t)) end.

Lemma error_bounds t :
  Rabs (sum (numbers t) - sum (given t)) <= error t /\ absolute_sum (numbers t) <= absolute_sum (given t) + error t.
Proof.
induction t as [a|l [IHl IHl'] r [IHr IHr']|y t _]; cbn [numbers given error].
- rewrite Rminus_diag_eq, Rabs_R0 by reflexivity; lra.
- rewrite !sum_of_both, !absolute_sum_of_both; split; [| lra].
  in_parts (sum (numbers l) - sum (given l)) (sum (numbers r) - sum (given r)).
- unfold absolute_sum at 1; simpl; rewrite !Rplus_0_r; split; [apply Rle_refl |].
  assert (H := sum_le_absolute_sum (given t)).
  in_parts (sum (given t)) (y - sum (given t)).
Qed.

Lemma error_grows weight t : each_adder (fun y xs => errs (INR (weight (length xs)) * c) e y xs) t ->
  error t <= bound (way weight t) (adders t) (absolute_sum (given t)).
Proof.
induction t as [a|l IHl r IHr|y t IHt]; cbn [each_adder given way adders error].
- intros _; unfold bound; simpl; lra.
- intros [l_errs r_errs].
  assert (Hl := bound_is_monotone _ _ (adders l) _ (Nat.le_max_l (way weight l) (way weight r))
    (absolute_sum_nonnegative (given l))).
  assert (Hr := bound_is_monotone _ _ (adders r) _ (Nat.le_max_r (way weight l) (way weight r))
    (absolute_sum_nonnegative (given r))).
  specialize (IHl l_errs); specialize (IHr r_errs).
  unfold bound in *; rewrite absolute_sum_of_both, plus_INR; lra.
- intros [y_errs t_errs]; specialize (IHt t_errs); unfold errs, bound in *.
  destruct (error_bounds t) as [near size]; rewrite pow_add, S_INR.
  assert (p_large := growth_is_large (weight (length (numbers t)))); assert (g_large := growth_is_large (way weight t)).
  assert (w_nonnegative := pos_INR (weight (length (numbers t)))); assert (h_nonnegative := pos_INR (way weight t)).
  assert (a_nonnegative := absolute_sum_nonnegative (given t)).
  assert (error_nonnegative : 0 <= error t) by (eapply Rle_trans; [apply Rabs_pos | exact near]).
  set (g := (1 + c) ^ way weight t) in *; set (w := INR (weight _)) in *; set (p := (1 + c) ^ weight _) in *.
  set (b := (g - 1) * absolute_sum (given t) + INR (adders t) * e * g) in *.
  assert (0 <= w * c /\ 0 <= INR (way weight t) * c) as [] by (split; apply Rmult_le_pos; assumption).
  assert (w * c * absolute_sum (numbers t) <= w * c * (absolute_sum (given t) + error t))
    by (apply Rmult_le_compat_l; assumption).
  assert ((1 + w * c) * error t <= p * b) by (apply Rmult_le_compat; lra).
  assert ((1 + w * c) * absolute_sum (given t) <= p * absolute_sum (given t)) by (apply Rmult_le_compat_r; assumption).
  assert (e * 1 <= e * (p * g)) by (apply Rmult_le_compat_l; nra).
  unfold b in *; in_parts (y - sum (numbers t)) (sum (numbers t) - sum (given t)).
Qed.

(* Where an adder of m numbers errs by weight m times c, and by e. *)
Theorem way_bound weight t : each_adder (fun y xs => errs (INR (weight (length xs)) * c) e y xs) t ->
  Rabs (sum (numbers t) - sum (given t)) <= bound (way weight t) (adders t) (absolute_sum (given t)).
Proof. intros errs; eapply Rle_trans; [apply error_bounds | apply error_grows, errs]. Qed.

Theorem height_bound_of_adders t : each_adder (errs c e) t -> Rabs (sum (numbers t) - sum (given t))
  <= ((1 + c) ^ height t - 1) * absolute_sum (given t) + INR (adders t) * e * (1 + c) ^ height t.
Proof.
intros errs; apply (way_bound (fun _ => 1%nat)); revert errs; apply each_adder_weaker.
intros y xs; apply errs_less; simpl; lra.
Qed.

(* Adders of any sizes: an adder of m numbers counts as the m - 1 additions of two that it stands for, and one of one
   number, which is a rounding, as one. *)
Definition as_additions (m : nat) : nat := Nat.max 1 (m - 1).

(* Each adder takes two numbers at least, or rounds a number that is given. *)
Fixpoint rounds_given_alone (t : computation) : Prop := match t with
  | Number _ => True
  | Beside l r => rounds_given_alone l /\ rounds_given_alone r
  | Joined _ (Number _) => True
  | Joined _ t => (2 <= length (numbers t))%nat /\ rounds_given_alone t
  end.

Lemma numbers_positive t : (1 <= length (numbers t) <= length (given t))%nat.
Proof. induction t; cbn [numbers given]; rewrite ?app_length; simpl; lia. Qed.

Lemma way_le_given t : rounds_given_alone t ->
  (way as_additions t + length (numbers t) <= S (length (given t)))%nat.
Proof.
induction t as [a|l IHl r IHr|y t IHt]; cbn [way numbers given]; rewrite ?app_length.
- simpl; lia.
- intros [l_rounds r_rounds]; specialize (IHl l_rounds); specialize (IHr r_rounds).
  assert (Hl := numbers_positive l); assert (Hr := numbers_positive r); lia.
- intros rounds; unfold as_additions at 1; change (length [y]) with 1%nat; destruct t; [simpl; lia | |];
    destruct rounds as [two rounds]; specialize (IHt rounds); lia.
Qed.

Lemma way_le_additions t : each_adder (fun _ xs => (2 <= length xs)%nat) t ->
  (way as_additions t + length (numbers t) <= length (given t))%nat.
Proof.
induction t as [a|l IHl r IHr|y t IHt]; cbn [way numbers given]; rewrite ?app_length.
- simpl; lia.
- intros [l_adds r_adds]; specialize (IHl l_adds); specialize (IHr r_adds); lia.
- intros [two adds]; specialize (IHt adds); unfold as_additions at 1; change (length [y]) with 1%nat; lia.
Qed.

(* So there are no more than 2 n - 1 adders and roundings. *)
Theorem adders_le_given t : rounds_given_alone t -> (adders t + length (numbers t) <= 2 * length (given t))%nat.
Proof.
induction t as [a|l IHl r IHr|y t IHt]; cbn [adders numbers given]; rewrite ?app_length.
- simpl; lia.
- intros [l_rounds r_rounds]; specialize (IHl l_rounds); specialize (IHr r_rounds); lia.
- intros rounds; change (length [y]) with 1%nat; destruct t; [simpl; lia | |];
    destruct rounds as [two rounds]; specialize (IHt rounds); lia.
Qed.

Definition errs_as_additions (y : R) (xs : list R) : Prop := errs (INR (as_additions (length xs)) * c) e y xs.

(* Numbers that are given, such as products, may be rounded first. *)
Theorem addends_bound t : rounds_given_alone t -> each_adder errs_as_additions t -> let n := length (given t) in
  Rabs (sum (numbers t) - sum (given t))
  <= ((1 + c) ^ n - 1) * absolute_sum (given t) + INR (adders t) * e * (1 + c) ^ n.
Proof.
intros alone each; eapply Rle_trans; [apply way_bound, each |].
apply bound_is_monotone; [| apply absolute_sum_nonnegative].
assert (H := way_le_given t alone); assert (some := numbers_positive t); lia.
Qed.

(* One less where they are not. *)
Theorem additions_bound t : each_adder (fun y xs => (2 <= length xs)%nat /\ errs (INR (length xs - 1) * c) e y xs) t ->
  let n := length (given t) in Rabs (sum (numbers t) - sum (given t))
  <= ((1 + c) ^ (n - 1) - 1) * absolute_sum (given t) + INR (adders t) * e * (1 + c) ^ (n - 1).
Proof.
intros each; eapply Rle_trans.
- apply (way_bound as_additions); revert each; apply each_adder_weaker; intros y xs [two near].
  unfold as_additions; rewrite Nat.max_r by lia; exact near.
- apply bound_is_monotone; [| apply absolute_sum_nonnegative].
  assert (two : each_adder (fun _ xs => (2 <= length xs)%nat) t) by (revert each; apply each_adder_weaker; tauto).
  assert (H := way_le_additions t two); assert (some := numbers_positive t); lia.
Qed.
End Ways.
