(* The orders in which a sum of products can be added with rounding, and the sums that are exact in all of them.

   One output of a convolution is a sum of products and of a bias, each addition rounded.  Which order a library takes,
   and whether it fuses a multiplication with the addition after it, is not known: here both may be any.  It is proved
   that
   - adding a zero changes nothing;
   - the sum is exact, whatever the rounding, where all addends are multiples of one power of two and the sum of their
     absolute values is not too large.
   How large the error of other sums is: Rounding.v for rounding to nearest, AnyRounding.v for any rounding, Adders.v
   for adders of many numbers at once.  Overflow is outside, there too: the exponents have no upper end, so a user has
   to see that no partial sum overflows.

   Proved by hand, as the statements are about rounded sums, not about sums in a ring. *)
From Coq Require Import ZArith Reals Lra Lia.
From Flocq Require Import Core.
Open Scope R_scope.

(* |x| is no more than |y| + |z|, where x = y + z. *)
Ltac in_parts y z := match goal with |- Rabs ?x <= _ =>
  let triangle := fresh in assert (triangle := Rabs_triang y z); replace (y + z) with x in triangle by ring; lra end.

(* An order in which a sum is added. *)
Inductive order :=
  | Given (a : R)              (* a number of the format, such as the bias *)
  | Rounded (p : R)            (* a product p, any real number, which is rounded *)
  | Add (l r : order)          (* a rounded addition *)
  | Fused (p : R) (t : order). (* a product, any real number, added and then rounded once *)

Fixpoint computed (rounding : R -> R) (t : order) : R := match t with
  | Given a => a
  | Rounded p => rounding p
  | Add l r => rounding (computed rounding l + computed rounding r)
  | Fused p t => rounding (p + computed rounding t)
  end.

Fixpoint exact (t : order) : R := match t with
  | Given a => a | Rounded p => p | Add l r => exact l + exact r | Fused p t => p + exact t end.

Fixpoint absolute (t : order) : R := match t with
  | Given a => Rabs a | Rounded p => Rabs p | Add l r => absolute l + absolute r | Fused p t => Rabs p + absolute t end.

Fixpoint addends (t : order) : nat := match t with
  | Given _ => 1 | Rounded _ => 1 | Add l r => addends l + addends r | Fused _ t => 1 + addends t end.

Fixpoint products (t : order) : nat := match t with
  | Given _ => 0 | Rounded _ => 1 | Add l r => products l + products r | Fused _ t => 1 + products t end.

(* What holds of the given numbers, of the products that are rounded and of those that are fused. *)
Fixpoint each (given rounded fused : R -> Prop) (t : order) : Prop := match t with
  | Given a => given a
  | Rounded p => rounded p
  | Add l r => each given rounded fused l /\ each given rounded fused r
  | Fused p t => fused p /\ each given rounded fused t
  end.
Definition any (x : R) : Prop := True.

Lemma each_weaker (given rounded rounded' fused : R -> Prop) t : (forall x, rounded x -> rounded' x) ->
  each given rounded fused t -> each given rounded' fused t.
Proof. intros weaker; induction t; simpl; intuition. Qed.

Lemma absolute_nonnegative t : 0 <= absolute t.
Proof. induction t as [a|p|l IHl r IHr|p t IHt]; simpl; try apply Rabs_pos; try lra. assert (H := Rabs_pos p); lra. Qed.

Lemma exact_le_absolute t : Rabs (exact t) <= absolute t.
Proof.
induction t as [a|p|l IHl r IHr|p t IHt]; simpl; try lra; (eapply Rle_trans; [apply Rabs_triang | lra]).
Qed.

Lemma addends_positive t : (1 <= addends t)%nat.
Proof. induction t; simpl; lia. Qed.

Section AnyFormat.
Variables emin prec : Z.
Context {prec_positive : Prec_gt_0 prec}.

(* The numbers of precision prec that are multiples of 2^emin, the unit roundoff and half of the least number. *)
Definition in_format : R -> Prop := generic_format radix2 (FLT_exp emin prec).
Definition u : R := bpow radix2 (- prec).
Definition half_least : R := / 2 * bpow radix2 emin.

Lemma u_positive : 0 < u.
Proof. apply bpow_gt_0. Qed.

Lemma half_least_positive : 0 < half_least.
Proof. assert (H := bpow_gt_0 radix2 emin); unfold half_least; lra. Qed.

Section Nearest.
Variable choice : Z -> bool.
Definition nearest : R -> R := round radix2 (FLT_exp emin prec) (Znearest choice).

Lemma nearest_in_format x : in_format (nearest x).
Proof. apply generic_format_round; [apply FLT_exp_valid; assumption | apply valid_rnd_N]. Qed.

Lemma nearest_fixes x : in_format x -> nearest x = x.
Proof. apply round_generic, valid_rnd_N. Qed.

Lemma computed_in_format rounded fused t : each in_format rounded fused t -> in_format (computed nearest t).
Proof. destruct t; simpl; intros formed; [exact formed | | |]; apply nearest_in_format. Qed.

(* A zero that is added, such as the start of an accumulator or a product with padding, is no addend to count. *)
Theorem zero_adds_nothing t : each in_format any any t ->
  computed nearest (Add (Given 0) t) = computed nearest t /\ computed nearest (Fused 0 t) = computed nearest t.
Proof.
intros formed; cbn [computed]; rewrite Rplus_0_l.
split; apply nearest_fixes, (computed_in_format _ _ _ formed).
Qed.
End Nearest.

(* Sums of multiples of a power of two. *)
Definition multiple (k : Z) (x : R) : Prop := exists m, x = IZR m * bpow radix2 k.

Lemma multiple_of_sum k x y : multiple k x -> multiple k y -> multiple k (x + y).
Proof. intros [m ->] [m' ->]; exists (m + m')%Z; rewrite plus_IZR; ring. Qed.

Lemma small_multiple_in_format k x : (emin <= k)%Z -> multiple k x -> Rabs x <= bpow radix2 (prec + k) -> in_format x.
Proof.
intros k_large [m ->] small.
unfold Prec_gt_0 in *.
rewrite Rabs_mult, (Rabs_pos_eq (bpow radix2 k)), bpow_plus, <- (IZR_Zpower radix2 prec) in small;
  [| lia | apply bpow_ge_0].
apply Rmult_le_reg_r in small; [| apply bpow_gt_0]; rewrite <- abs_IZR in small; apply le_IZR in small.
destruct (Z.eq_dec (Z.abs m) (radix2 ^ prec)) as [equal|different].
{ assert (edge : in_format (bpow radix2 (prec + k))) by (apply generic_format_FLT_bpow; [assumption | lia]).
  rewrite bpow_plus, <- (IZR_Zpower radix2 prec), <- equal in edge by lia.
  destruct (Z.abs_spec m) as [[_ m_is]|[_ m_is]]; rewrite m_is in edge; [exact edge |].
  rewrite opp_IZR, Ropp_mult_distr_l_reverse in edge; apply generic_format_opp in edge.
  rewrite Ropp_involutive in edge; exact edge. }
apply generic_format_FLT; exists (Float radix2 m k); [reflexivity | cbn [Fnum]; lia | exact k_large].
Qed.

(* Any order, fused or not, and any rounding that leaves the numbers of the format alone.  Where subnormals are flushed
   to zero, these are the numbers for the emin of the least normal number. *)
Theorem sums_of_multiples_are_exact rounding k t : (forall x, in_format x -> rounding x = x) -> (emin <= k)%Z ->
  each (multiple k) (multiple k) (multiple k) t -> absolute t <= bpow radix2 (prec + k) ->
  computed rounding t = exact t.
Proof.
intros fixes k_large.
enough (both : each (multiple k) (multiple k) (multiple k) t -> absolute t <= bpow radix2 (prec + k) ->
  multiple k (exact t) /\ computed rounding t = exact t) by (intros; apply both; assumption).
assert (rounds : forall t', multiple k (exact t') -> absolute t' <= bpow radix2 (prec + k) ->
  rounding (exact t') = exact t').
{ intros t' m small; apply fixes, (small_multiple_in_format k); auto.
  eapply Rle_trans; [apply exact_le_absolute | exact small]. }
induction t as [a|p|l IHl r IHr|p t IHt]; cbn [each absolute computed]; intros multiples small.
- split; [exact multiples | reflexivity].
- split; [exact multiples | exact (rounds (Rounded p) multiples small)].
- destruct multiples as [ml mr]; assert (Hl := absolute_nonnegative l); assert (Hr := absolute_nonnegative r).
  destruct (IHl ml ltac:(lra)) as [multiple_l ->], (IHr mr ltac:(lra)) as [multiple_r ->].
  assert (m := multiple_of_sum _ _ _ multiple_l multiple_r); split; [exact m | exact (rounds (Add l r) m small)].
- destruct multiples as [mp mt]; assert (Hp := Rabs_pos p).
  destruct (IHt mt ltac:(lra)) as [multiple_t ->].
  assert (m := multiple_of_sum _ _ _ mp multiple_t); split; [exact m | exact (rounds (Fused p t) m small)].
Qed.
End AnyFormat.
