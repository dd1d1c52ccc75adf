(* Sizes of convolution layers, with floor division over the integers.

   Output sizes of layers in a row, of transposed layers, of "same" padding, and why the formula counts the
   positions that a kernel can take. PyTorch's names: kernel_size k, stride s, dilation d; padding before (left, top)
   and after (right, bottom) may differ; `/` and `mod` are floor division and its remainder.

   Proved by hand because the statements divide by products of sizes, nest floors and count positions. *)
From Coq Require Import ZArith List FinFun Lia.
Import ListNotations.
Open Scope Z_scope.

(* The size of a convolution's output, torch.nn.Conv1d, along one axis. *)
Definition output_size (h before after k s d : Z) : Z := (h + before + after - d * (k - 1) - 1) / s + 1.

(* The size of a transposed convolution's output, torch.nn.ConvTranspose1d, along one axis. *)
Definition transposed_size (o before after k s d output_padding : Z) : Z :=
  (o - 1) * s - before - after + d * (k - 1) + output_padding + 1.

Definition ceiling (a m : Z) : Z := - (- a / m).

(* ---- floors ---- *)

(* Two floor divisions in a row are one, by the product: subsampling by m and then by n keeps as many rows as
   subsampling by m n. *)
Theorem nested_floors (a m n : Z) : 0 < m -> 0 < n -> a / m / n = a / (m * n).
Proof. intros; apply Z.div_div; lia. Qed.

(* A multiple of the divisor leaves the floor: padding by a multiple of the stride adds whole output positions. *)
Theorem floor_of_shift (a b m : Z) : 0 < m -> (a + b * m) / m = a / m + b.
Proof. intros; apply Z.div_add; lia. Qed.

(* The floor of a sum is the sum of the floors and the carry of the remainders. *)
Theorem floor_of_sum (a b m : Z) : 0 < m -> (a + b) / m = a / m + b / m + (a mod m + b mod m) / m.
Proof.
intros; rewrite (Z_div_mod_eq_full a m), (Z_div_mod_eq_full b m) at 1.
replace (m * (a / m) + a mod m + (m * (b / m) + b mod m)) with (a mod m + b mod m + (a / m + b / m) * m) by ring.
rewrite Z.div_add; lia.
Qed.

(* The carry is 0 or 1: splitting an axis in two parts loses at most one output position. *)
Theorem floor_of_sum_bounds (a b m : Z) : 0 < m -> a / m + b / m <= (a + b) / m <= a / m + b / m + 1.
Proof.
intros positive; rewrite floor_of_sum by lia.
assert (0 <= a mod m < m) by (apply Z.mod_pos_bound; lia).
assert (0 <= b mod m < m) by (apply Z.mod_pos_bound; lia).
assert (0 <= (a mod m + b mod m) / m < 2); [| lia].
split; [apply Z.div_pos | apply Z.div_lt_upper_bound]; lia.
Qed.

(* A ceiling is a floor: ceil(a / m) = floor((a + m - 1) / m) = floor((a - 1) / m) + 1. *)
Theorem ceiling_is_floor (a m : Z) : 0 < m -> ceiling a m = (a + m - 1) / m.
Proof. intros; unfold ceiling; Z.to_euclidean_division_equations; nia. Qed.

Theorem ceiling_is_floor_of_predecessor (a m : Z) : 0 < m -> ceiling a m = (a - 1) / m + 1.
Proof. intros; rewrite ceiling_is_floor, <- floor_of_shift by lia; f_equal; lia. Qed.

(* Two ceiling divisions in a row are one, by the product. *)
Theorem nested_ceilings (a m n : Z) : 0 < m -> 0 < n -> ceiling (ceiling a m) n = ceiling a (m * n).
Proof. intros; unfold ceiling; rewrite Z.opp_involutive, nested_floors by lia; reflexivity. Qed.

(* The two halves of a padding, the smaller before and the larger after, are the padding. *)
Theorem halves_of_padding (total : Z) : total / 2 + ceiling total 2 = total.
Proof. unfold ceiling; Z.to_euclidean_division_equations; lia. Qed.

(* ---- layers in a row ---- *)

(* Two padded layers in a row have the output size of the one layer with kernel_size d1 (k1 - 1) + s1 d2 (k2 - 1) + 1,
   stride s1 s2, dilation 1 and paddings p1 + s1 p2 on each side: for all sizes, also where a layer does not fit. *)
Theorem output_size_of_composition (h before1 after1 k1 s1 d1 before2 after2 k2 s2 d2 : Z) : 0 < s1 -> 0 < s2 ->
  output_size (output_size h before1 after1 k1 s1 d1) before2 after2 k2 s2 d2 =
  output_size h (before1 + s1 * before2) (after1 + s1 * after2) (d1 * (k1 - 1) + s1 * d2 * (k2 - 1) + 1) (s1 * s2) 1.
Proof.
intros; unfold output_size; f_equal; rewrite <- nested_floors by lia; f_equal.
transitivity ((h + before1 + after1 - d1 * (k1 - 1) - 1) / s1 + (before2 + after2 - d2 * (k2 - 1))); [ring |].
rewrite <- floor_of_shift by lia; f_equal; ring.
Qed.

(* ---- transposed convolutions ---- *)

(* The size of dX: the transposed convolution with the same arguments gives back the input size h, if output_padding
   is the rest that the convolution did not read. *)
Theorem transposed_size_inverts_output_size (h before after k s d : Z) : 0 < s ->
  transposed_size (output_size h before after k s d) before after k s d
    ((h + before + after - d * (k - 1) - 1) mod s) = h.
Proof.
intros; unfold transposed_size, output_size.
assert (division := Z_div_mod_eq_full (h + before + after - d * (k - 1) - 1) s); lia.
Qed.

(* It is the only output_padding from 0 to s - 1 that does, and then the number of rows o is the output size. *)
Theorem transposed_size_determines (h o before after k s d output_padding : Z) :
  0 <= output_padding < s -> transposed_size o before after k s d output_padding = h ->
  o = output_size h before after k s d /\ output_padding = (h + before + after - d * (k - 1) - 1) mod s.
Proof.
intros bounds <-; unfold transposed_size, output_size; split.
- replace (_ - 1) with (output_padding + (o - 1) * s) at 1 by ring.
  rewrite floor_of_shift, Z.div_small by lia; ring.
- replace (_ - 1) with (output_padding + (o - 1) * s) by ring.
  rewrite Z.mod_add, Z.mod_small by lia; reflexivity.
Qed.

(* The convolution gives back the size that its transposed convolution started from, for each legal output_padding. *)
Theorem output_size_inverts_transposed_size (o before after k s d output_padding : Z) : 0 <= output_padding < s ->
  output_size (transposed_size o before after k s d output_padding) before after k s d = o.
Proof. intros bounds; symmetry; eapply transposed_size_determines; [exact bounds | reflexivity]. Qed.

(* ---- counting positions ---- *)

(* The kernel at position y, which reads the rows s y, ..., s y + d (k - 1), lies in the h padded rows if and only if y
   is less than the output size. *)
Theorem position_fits_iff (h k s d y : Z) : 0 < s -> s * y + d * (k - 1) < h <-> y < output_size h 0 0 k s d.
Proof.
intros; unfold output_size; Z.to_euclidean_division_equations; nia.
Qed.

(* The output size is the number of positions y >= 0 at which the kernel fits: each list of them without repeats is so
   long, if the kernel fits at all. *)
Theorem output_size_counts_positions (h k s d : Z) (positions : list Z) : 0 < s -> d * (k - 1) + 1 <= h ->
  NoDup positions -> (forall y, In y positions <-> 0 <= y /\ s * y + d * (k - 1) < h) ->
  Z.of_nat (length positions) = output_size h 0 0 k s d.
Proof.
intros s_positive fits distinct members.
assert (0 < output_size h 0 0 k s d) by (apply position_fits_iff; lia).
set (o := output_size h 0 0 k s d) in *.
assert (distinct_range : NoDup (map Z.of_nat (seq 0 (Z.to_nat o)))).
{ apply Injective_map_NoDup; [exact Nat2Z.inj | apply seq_NoDup]. }
assert (same : forall y, In y positions <-> In y (map Z.of_nat (seq 0 (Z.to_nat o)))).
{ intros y; rewrite members, position_fits_iff, in_map_iff by lia; fold o; split.
  - intros bounds; exists (Z.to_nat y); rewrite in_seq; lia.
  - intros (n & <- & range); rewrite in_seq in range; lia. }
assert (lengths : length positions = length (map Z.of_nat (seq 0 (Z.to_nat o)))).
{ apply Nat.le_antisymm; apply NoDup_incl_length; auto; intros y; apply same. }
rewrite lengths, map_length, seq_length; lia.
Qed.

(* ---- "same" padding ---- *)

(* A layer whose paddings add up to d (k - 1), padding="same", with any stride: output size ceil(h / s), and h for
   stride 1. *)
Theorem same_padding_gives_ceiling (h before after k s d : Z) : 0 < s -> before + after = d * (k - 1) ->
  output_size h before after k s d = ceiling h s.
Proof.
intros s_positive total; unfold output_size; rewrite ceiling_is_floor_of_predecessor by lia; f_equal; f_equal; lia.
Qed.

Theorem same_padding_keeps_size (h before after k d : Z) : before + after = d * (k - 1) ->
  output_size h before after k 1 d = h.
Proof. intros total; unfold output_size; rewrite Z.div_1_r; lia. Qed.

(* TensorFlow's "SAME": the paddings give at least ceil(h / s) outputs if and only if they add up to at least
   (ceil(h / s) - 1) s + d (k - 1) + 1 - h ... *)
Theorem same_padding_needed (h before after k s d : Z) : 0 < s ->
  ceiling h s <= output_size h before after k s d <->
  (ceiling h s - 1) * s + d * (k - 1) + 1 - h <= before + after.
Proof. intros; unfold output_size; generalize (ceiling h s) as o; Z.to_euclidean_division_equations; nia. Qed.

(* ... and the least such paddings, not below 0, give ceil(h / s) outputs exactly. *)
Theorem least_same_padding_gives_ceiling (h before after k s d : Z) : 0 < s -> 0 <= d * (k - 1) ->
  before + after = Z.max ((ceiling h s - 1) * s + d * (k - 1) + 1 - h) 0 ->
  output_size h before after k s d = ceiling h s.
Proof.
intros s_positive extent_nonnegative total; apply Z.le_antisymm; [| apply same_padding_needed; lia].
unfold output_size; enough ((h + before + after - d * (k - 1) - 1) / s < ceiling h s) by lia.
apply Z.div_lt_upper_bound; [lia |].
rewrite ceiling_is_floor_of_predecessor in * by lia.
assert (division := Z_div_mod_eq_full (h - 1) s).
assert (0 <= (h - 1) mod s < s) by (apply Z.mod_pos_bound; lia); lia.
Qed.
