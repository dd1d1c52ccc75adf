(* When does a 3-tap kernel split into two 2-tap kernels?

   A convolution with the kernel [x; y; z] and x <> 0 is a 2-tap convolution of a 2-tap convolution
   if and only if its discriminant y^2 - 4xz is a square: over the reals, if and only if it is >= 0.
   The kernel [1; 0; 1] does not split over the reals, the kernel [1; 0; -2] splits over the reals
   but not over the rationals.

   Proved by hand because the statement says that weights exist: sums of products cannot say it. *)
From Coq Require Import ZArith QArith Qcanon Reals Ring Field Lia Lra.

Section Field.
Variables (F : Type) (zero one : F) (plus times minus : F -> F -> F) (opposite : F -> F) (over : F -> F -> F)
  (inverse : F -> F).
Hypothesis is_field : field_theory zero one plus times minus opposite over inverse eq.
Add Field field_F : is_field.
Notation "0" := zero. Notation "1" := one.
Infix "+" := plus. Infix "*" := times. Infix "-" := minus. Infix "/" := over.

(* Conv1d without bias, one channel, stride 1, dilation 1, kernel_size 2 or 3; positions are natural numbers. *)
Definition two_taps (a b : F) (signal : nat -> F) (i : nat) : F := a * signal i + b * signal (S i).
Definition three_taps (x y z : F) (signal : nat -> F) (i : nat) : F :=
  x * signal i + y * signal (S i) + z * signal (S (S i)).

(* Two layers of kernel_size 2 in a row compute what the one layer [x; y; z] computes, on every signal. *)
Definition splits (x y z : F) : Prop :=
  exists a b c d : F, forall signal i, two_taps a b (two_taps c d signal) i = three_taps x y z signal i.

Definition impulse (position i : nat) : F := if Nat.eqb i position then 1 else 0.

(* The layers agree on every signal exactly where the products of their weights agree. *)
Theorem splits_iff_weights (x y z : F) :
  splits x y z <-> exists a b c d : F, a * c = x /\ a * d + b * c = y /\ b * d = z.
Proof.
split; intros (a & b & c & d & same); exists a, b, c, d.
- assert (same0 := same (impulse 0) 0%nat). assert (same1 := same (impulse 1) 0%nat).
  assert (same2 := same (impulse 2) 0%nat). unfold two_taps, three_taps, impulse in *; simpl in *.
  repeat split.
  + transitivity (a * (c * 1 + d * 0) + b * (c * 0 + d * 0)); [ring | rewrite same0; ring].
  + transitivity (a * (c * 0 + d * 1) + b * (c * 1 + d * 0)); [ring | rewrite same1; ring].
  + transitivity (a * (c * 0 + d * 0) + b * (c * 0 + d * 1)); [ring | rewrite same2; ring].
- destruct same as (<- & <- & <-); intros; unfold two_taps, three_taps; ring.
Qed.

(* Over any field with 2 <> 0: two layers of kernel_size 2 give the kernel [x; y; z], x <> 0, if and only if the
   discriminant is a square. *)
Theorem splits_iff_discriminant_is_square (x y z : F) : x <> 0 -> 1 + 1 <> 0 ->
  splits x y z <-> exists root : F, root * root = y * y - (1 + 1) * (1 + 1) * x * z.
Proof.
intros x_not_0 two_not_0; rewrite splits_iff_weights; split.
- intros (a & b & c & d & <- & <- & <-); exists (a * d - b * c); ring.
- intros (root & square).
  assert (four_not_0 : (1 + 1) * (1 + 1) <> 0).
  { intros four; apply two_not_0; transitivity ((1 + 1) * (1 + 1) / (1 + 1)); [| rewrite four]; field; auto. }
  exists x, ((y - root) / (1 + 1)), 1, ((y + root) / ((1 + 1) * x)).
  repeat split; [ring | field; auto |].
  transitivity ((y * y - root * root) / ((1 + 1) * (1 + 1) * x)); [| rewrite square]; field; auto.
Qed.

(* Over a field where every number is a square, such as the complex numbers, every kernel [x; y; z] with x <> 0 is two
   layers of kernel_size 2. *)
Corollary splits_where_every_number_is_a_square (x y z : F) : x <> 0 -> 1 + 1 <> 0 ->
  (forall number, exists root : F, root * root = number) -> splits x y z.
Proof. intros x_not_0 two_not_0 roots; apply splits_iff_discriminant_is_square; auto. Qed.
End Field.

Open Scope R_scope.
Definition splits_over_reals : R -> R -> R -> Prop := splits R Rplus Rmult.

(* Over the reals: the Conv1d layer [x; y; z], x <> 0, is two Conv1d layers of kernel_size 2 in a row if and only if
   y^2 - 4xz >= 0. *)
Theorem three_taps_split_iff_discriminant_nonnegative (x y z : R) : x <> 0 ->
  splits_over_reals x y z <-> 0 <= y * y - 4 * x * z.
Proof.
intros x_not_0; unfold splits_over_reals.
rewrite (splits_iff_discriminant_is_square R 0 1 Rplus Rmult Rminus Ropp Rdiv Rinv Rfield) by lra.
replace ((1 + 1) * (1 + 1)) with 4 by ring; split.
- intros (root & <-); apply Rle_0_sqr.
- intros nonnegative; exists (sqrt (y * y - 4 * x * z)); apply sqrt_sqrt, nonnegative.
Qed.

(* "Every kernel of 3 taps is two kernels of 2 taps" is false over the reals: [1; 0; 1] is not. *)
Theorem kernel_1_0_1_does_not_split : ~ splits_over_reals 1 0 1.
Proof. rewrite three_taps_split_iff_discriminant_nonnegative; lra. Qed.

(* The kernel [1; 0; -2] splits over the reals ... *)
Theorem kernel_1_0_minus_2_splits_over_reals : splits_over_reals 1 0 (- 2).
Proof. rewrite three_taps_split_iff_discriminant_nonnegative; lra. Qed.
Close Scope R_scope.

Open Scope Z_scope.
Lemma even_of_even_square (n m : Z) : n * n = 2 * m -> (2 | n).
Proof. destruct (Z.Even_or_Odd n) as [[half ->] | [half ->]]; [exists half; ring | lia]. Qed.

Lemma eight_is_no_square_of_coprime (n d : Z) : Z.gcd n d = 1 -> n * n <> 8 * (d * d).
Proof.
intros coprime square.
destruct (even_of_even_square n (4 * (d * d))) as [m ->]; [lia |].
destruct (even_of_even_square m (d * d)) as [l ->]; [lia |].
destruct (even_of_even_square d (l * l)) as [e ->]; [lia |].
assert (divides : (2 | Z.gcd (l * 2 * 2) (e * 2))) by (apply Z.gcd_greatest; [exists (l * 2) | exists e]; ring).
rewrite coprime in divides; destruct divides; lia.
Qed.
Close Scope Z_scope.

Open Scope Qc_scope.
Lemma eight_is_no_rational_square (root : Qc) : root * root <> Q2Qc 8.
Proof.
intros square.
assert (equal : (this root * this root == 8)%Q).
{ rewrite <- (Qred_correct (this root * this root)); change (this (root * root) == 8)%Q; rewrite square; reflexivity. }
apply (eight_is_no_square_of_coprime (Qnum root) (QDen root)); [apply Qred_identity2, canon |].
unfold Qeq in equal; simpl in equal; lia.
Qed.

(* ... but not over the rationals: no two Conv1d layers of kernel_size 2 with rational weights give [1; 0; -2]. *)
Theorem kernel_1_0_minus_2_does_not_split_over_rationals : ~ splits Qc Qcplus Qcmult 1 0 (Q2Qc (- 2)).
Proof.
assert (two_not_0 : 1 + 1 <> 0) by discriminate.
rewrite (splits_iff_discriminant_is_square Qc 0 1 Qcplus Qcmult Qcminus Qcopp Qcdiv Qcinv Qcft) by (auto; discriminate).
intros (root & square); apply (eight_is_no_rational_square root); rewrite square; apply Qc_is_canon; reflexivity.
Qed.
Close Scope Qc_scope.
