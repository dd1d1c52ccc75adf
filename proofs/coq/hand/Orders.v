(* The order of a floating-point sum matters.

   Two legal orders of the same sum can give different results in IEEE binary32 (torch.float32, round to nearest, ties
   to even): so a rewriting that only reorders a sum, exact over the reals, can change what a layer returns.

   Proved by hand, by running Flocq's model of IEEE 754 arithmetic on witnesses: the statements are about rounded sums,
   not about sums in a ring. *)
From Coq Require Import ZArith List Permutation Reals Lra.
From Flocq Require Import Core IEEE754.BinarySingleNaN IEEE754.Binary IEEE754.Bits.
Import ListNotations.

Definition add (x y : binary32) : binary32 := b32_plus mode_NE x y.
Definition multiply (x y : binary32) : binary32 := b32_mult mode_NE x y.

Definition value (x : binary32) : R := B2R 24 128 x.

(* -m 2^e where negative, else m 2^e. *)
Notation float32 negative m e := (B754_finite 24 128 negative m e eq_refl).
Definition zero : binary32 := B754_zero 24 128 false.
Definition one : binary32 := float32 false 8388608 (-23).
Definition two_to_24 : binary32 := float32 false 8388608 1.
Definition minus_two_to_24 : binary32 := float32 true 8388608 1.
Definition two_to_24_plus_2 : binary32 := float32 false 8388609 1.

Open Scope R_scope.
(* The real numbers that these float32 numbers stand for. *)
Theorem values :
  value zero = 0 /\ value one = 1 /\ value two_to_24 = 2 ^ 24 /\ value minus_two_to_24 = - 2 ^ 24 /\
  value two_to_24_plus_2 = 2 ^ 24 + 2.
Proof. unfold value, B2R, F2R; simpl; repeat split; lra. Qed.

Lemma equal_bits (x y : binary32) : bits_of_b32 x = bits_of_b32 y -> x = y.
Proof.
intros equal.
rewrite <- (binary_float_of_bits_of_binary_float 23 8 eq_refl eq_refl eq_refl x).
rewrite <- (binary_float_of_bits_of_binary_float 23 8 eq_refl eq_refl eq_refl y).
f_equal; exact equal.
Qed.

(* Addition of torch.float32 numbers is not associative: (2^24 + 1) + 1 is 2^24, each sum is a tie and goes down to the
   even neighbour, but 2^24 + (1 + 1) is 2^24 + 2. *)
Theorem float32_addition_not_associative :
  add (add two_to_24 one) one = two_to_24 /\ add two_to_24 (add one one) = two_to_24_plus_2.
Proof.
split; apply equal_bits; vm_compute; reflexivity.
Qed.

(* One output of a 1x1 convolution, torch.nn.Conv2d(channels, 1, 1, bias=False) in torch.float32: the rounded products
   of weights and input channels are added one after the other, rounded each time, in the given order of channels. *)
Definition one_by_one (weights image : nat -> binary32) (order : list nat) : binary32 :=
  fold_left (fun sum c => add sum (multiply (weights c) (image c))) order zero.

Definition all_ones (c : nat) : binary32 := one.
Definition three_channels (c : nat) : binary32 := nth c [two_to_24; one; minus_two_to_24] zero.

(* Three input channels with the values 2^24, 1, -2^24 and the weights 1, 1, 1: added in the order of the channels the
   output is 0; with the last two exchanged, it is 1, the exact sum. *)
Theorem order_of_channels_changes_the_output :
  one_by_one all_ones three_channels [0; 1; 2]%nat = zero /\ one_by_one all_ones three_channels [0; 2; 1]%nat = one.
Proof.
split; apply equal_bits; vm_compute; reflexivity.
Qed.

(* "A layer in float32 returns the same for every order of its sum" is false, also where nothing overflows. *)
Theorem layer_depends_on_the_order_of_its_sum : exists weights image order other_order,
  let output := one_by_one weights image order in
  let other_output := one_by_one weights image other_order in
  Permutation order other_order /\ is_finite 24 128 output = true /\ is_finite 24 128 other_output = true /\
  value output <> value other_output.
Proof.
exists all_ones, three_channels, [0; 1; 2]%nat, [0; 2; 1]%nat; cbv zeta.
destruct order_of_channels_changes_the_output as [-> ->], values as (-> & -> & _).
repeat split; [apply perm_skip, perm_swap | lra].
Qed.

(* The same on the real numbers, by the rounding to the nearest number of 24 bits (ties to even, no unit below 2^-149):
   it is what `add` does to the values, as long as the sum does not overflow. *)
Definition rounded (x : R) : R := round radix2 (FLT_exp (-149) 24) ZnearestE x.

Lemma add_rounds (x y : binary32) : is_finite 24 128 x = true -> is_finite 24 128 y = true ->
  is_finite 24 128 (add x y) = true -> value (add x y) = rounded (value x + value y).
Proof.
intros x_finite y_finite sum_finite.
assert (correct := Bplus_correct 24 128 eq_refl eq_refl binop_nan_pl32 mode_NE x y x_finite y_finite).
destruct (Rlt_bool _ _); destruct correct as [result rest]; [exact result | exfalso].
assert (infinite : is_finite_FF (B2FF 24 128 (add x y)) = false).
{ transitivity (is_finite_FF (binary_overflow 24 128 mode_NE (Bsign 24 128 x))); [f_equal; exact result |].
  destruct (Bsign 24 128 x); reflexivity. }
rewrite is_finite_B2FF, sum_finite in infinite; discriminate.
Qed.

(* Rounding after each addition: rounded(rounded(x + y) + z) and rounded(x + rounded(y + z)) differ for some float32
   numbers x, y and z, here 2^24, 1 and 1. *)
Theorem rounded_sums_depend_on_the_order : exists x y z : binary32,
  rounded (rounded (value x + value y) + value z) <> rounded (value x + rounded (value y + value z)).
Proof.
exists two_to_24, one, one.
rewrite <- !add_rounds by (vm_compute; reflexivity).
destruct float32_addition_not_associative as [-> ->], values as (_ & _ & -> & _ & ->); lra.
Qed.
