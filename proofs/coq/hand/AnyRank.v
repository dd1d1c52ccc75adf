(* Convolutions of any rank: two layers in a row are one layer, 1x1 layers are matrix products, groups are blocks.

   Cross-correlations (torch.nn.ConvNd without bias and without padding) of any rank n, with any number of channels,
   any kernel sizes, strides and dilations on each axis, over any ring, commutative or not (so also with matrices or
   quaternions as weights).

   Proved by hand because the rank is a variable here: a sum over the taps of a kernel of rank n is not a fixed number
   of sums over one axis each. *)
From mathcomp Require Import all_ssreflect ssralg matrix zify.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section AnyRank.
Variables (R : ringType) (n : nat).

(* A position, a size, a stride or a dilation: one natural number for each of the n axes. *)
Definition vector := {ffun 'I_n -> nat}.

Record geometry := Geometry { kernel_size : vector; stride : vector; dilation : vector }.
Implicit Types g : geometry.

(* The taps of a kernel of size k: a number below k a for each axis a. *)
Definition taps (k : vector) : finType := [finType of {dffun forall a, 'I_(k a)}].
Definition place (k : vector) (tap : taps k) : vector := [ffun a => tap a : nat].

(* The input position that the tap at place v reads for the output position i. *)
Definition reads g (i v : vector) : vector := [ffun a => stride g a * i a + dilation g a * v a]%N.

(* ConvNd: a weight for each output channel, input channel and place in the kernel. *)
Definition conv g (O : Type) (C : finType) (K : O -> C -> vector -> R) (X : C -> vector -> R)
    (o : O) (i : vector) : R :=
  \sum_(c : C) \sum_(v : taps (kernel_size g)) K o c (place v) * X c (reads g i (place v)).

(* ---- two layers in a row ---- *)

(* The full layer of a first layer g1 and a second layer g2. *)
Definition full_geometry g2 g1 := {|
  kernel_size :=
    [ffun a => dilation g1 a * (kernel_size g1 a).-1 + stride g1 a * dilation g2 a * (kernel_size g2 a).-1 + 1]%N;
  stride := [ffun a => stride g1 a * stride g2 a]%N;
  dilation := [ffun=> 1%N] |}.

(* The place in the full kernel where tap v of the first layer and tap u of the second meet. *)
Definition meet g2 g1 (u v : vector) : vector := [ffun a => dilation g1 a * v a + stride g1 a * dilation g2 a * u a]%N.

Definition full_kernel g2 g1 (O : Type) (M C : finType) (K2 : O -> M -> vector -> R) (K1 : M -> C -> vector -> R)
    (o : O) (c : C) (w : vector) : R :=
  \sum_(m : M) \sum_(u : taps (kernel_size g2)) \sum_(v : taps (kernel_size g1) | meet g2 g1 (place u) (place v) == w)
    K2 o m (place u) * K1 m c (place v).

(* The two layers in a row read the inputs that the full layer reads. *)
Lemma reads_meet g2 g1 i u v : reads g1 (reads g2 i u) v = reads (full_geometry g2 g1) i (meet g2 g1 u v).
Proof. by apply/ffunP => a; rewrite !ffunE; lia. Qed.

Lemma placed (k w : vector) : (forall a, w a < k a)%N -> {tap : taps k | place tap = w}.
Proof.
move=> below; exists [ffun a => Ordinal (below a)].
by apply/ffunP => a; rewrite !ffunE.
Qed.

Lemma place_inj (k : vector) : injective (@place k).
Proof. by move=> u v /ffunP same; apply/ffunP => a; apply/val_inj; have := same a; rewrite !ffunE. Qed.

Lemma place_below (k : vector) (tap : taps k) a : (place tap a < k a)%N.
Proof. by rewrite ffunE. Qed.

Lemma meet_below g2 g1 (u : taps (kernel_size g2)) (v : taps (kernel_size g1)) a :
  (meet g2 g1 (place u) (place v) a < kernel_size (full_geometry g2 g1) a)%N.
Proof.
rewrite [meet _ _ _ _ _]ffunE [kernel_size _ _]ffunE addn1 ltnS.
have := place_below u a; have := place_below v a => below_v below_u.
by apply: leq_add; apply: leq_mul => //; lia.
Qed.

(* A sum over the places of the full kernel, restricted to one of them, is one term. *)
Lemma one_place (k w : vector) (F : vector -> R) : (forall a, w a < k a)%N ->
  \sum_(t : taps k) (if w == place t then F (place t) else 0) = F w.
Proof.
move=> /placed [tap at_w]; rewrite (bigD1 tap) //= at_w eqxx big1 ?addr0 // => t not_tap.
by rewrite -at_w (inj_eq (@place_inj k)) eq_sym (negbTE not_tap).
Qed.

(* Outside its size the full kernel is 0. *)
Lemma full_kernel_outside g2 g1 (O : Type) (M C : finType) (K2 : O -> M -> vector -> R) (K1 : M -> C -> vector -> R)
    o c (w : vector) : ~ (forall a, w a < kernel_size (full_geometry g2 g1) a)%N -> full_kernel g2 g1 K2 K1 o c w = 0.
Proof.
move=> outside; rewrite /full_kernel big1 // => m _; rewrite big1 // => u _; rewrite big1 // => v /eqP at_w.
by case: outside => a; rewrite -at_w meet_below.
Qed.

(* Two ConvNd layers in a row are one ConvNd layer with the full kernel, on each axis of kernel_size
   d1 (k1 - 1) + s1 d2 (k2 - 1) + 1, stride s1 s2 and dilation 1. *)
Theorem two_layers_are_one_layer g2 g1 (O : Type) (M C : finType)
    (K2 : O -> M -> vector -> R) (K1 : M -> C -> vector -> R) X o i :
  conv g2 K2 (conv g1 K1 X) o i = conv (full_geometry g2 g1) (full_kernel g2 g1 K2 K1) X o i.
Proof.
rewrite /conv; transitivity (\sum_c \sum_m \sum_(u : taps (kernel_size g2)) \sum_(v : taps (kernel_size g1))
    K2 o m (place u) * K1 m c (place v) * X c (reads g1 (reads g2 i (place u)) (place v))).
  rewrite [RHS]exchange_big /=; apply: eq_bigr => m _; rewrite [RHS]exchange_big /=; apply: eq_bigr => u _.
  rewrite mulr_sumr; apply: eq_bigr => c _; rewrite mulr_sumr; apply: eq_bigr => v _; exact: mulrA.
apply: eq_bigr => c _; under [RHS]eq_bigr do rewrite mulr_suml.
rewrite [RHS]exchange_big; apply: eq_bigr => m _ /=; under [RHS]eq_bigr do rewrite mulr_suml.
rewrite [RHS]exchange_big; apply: eq_bigr => u _ /=; under [RHS]eq_bigr do rewrite mulr_suml big_mkcond.
rewrite [RHS]exchange_big; apply: eq_bigr => v _ /=; rewrite reads_meet.
by rewrite (one_place (fun w => _ * X c (reads (full_geometry g2 g1) i w))) //; exact: meet_below.
Qed.

(* A layer depends on the values of its input alone. *)
Lemma eq_conv g (O : Type) (C : finType) (K : O -> C -> vector -> R) X Y o i :
  (forall c p, X c p = Y c p) -> conv g K X o i = conv g K Y o i.
Proof. by move=> same; apply: eq_bigr => c _; apply: eq_bigr => v _; rewrite same. Qed.

(* ---- a layer knows its kernel; three layers in a row ---- *)

Definition origin : vector := [ffun=> 0%N].

Definition impulse (C : finType) (c : C) (p : vector) (c' : C) (p' : vector) : R := ((c == c') && (p == p'))%:R.

(* The answer of a ConvNd layer to an impulse is a weight: the impulse at d w in channel c gives the weight at
   place w. *)
Theorem answer_to_impulse g (O : Type) (C : finType) (K : O -> C -> vector -> R) o c (w : vector) :
  (forall a, 0 < dilation g a)%N -> (forall a, w a < kernel_size g a)%N ->
  conv g K (impulse c (reads g origin w)) o origin = K o c w.
Proof.
move=> dilated below; have reads_inj v : (reads g origin w == reads g origin v) = (w == v).
  apply/eqP/eqP => [/ffunP same|-> //]; apply/ffunP => a; have := same a; rewrite !ffunE !muln0 !add0n.
  by move/eqP; rewrite eqn_pmul2l => [/eqP|]; last exact: dilated.
rewrite /conv (bigD1 c) //= [X in _ + X]big1 ?addr0 => [|c' not_c]; last first.
  by rewrite big1 // => v _; rewrite /impulse eq_sym (negbTE not_c) mulr0.
rewrite -[RHS](one_place (K o c) below); apply: eq_bigr => v _.
by rewrite /impulse eqxx reads_inj; case: ifP => _; rewrite ?mulr1 ?mulr0.
Qed.

(* Two kernels of one geometry that give equal outputs for every input are equal. *)
Theorem layer_determines_kernel g (O : Type) (C : finType) (K L : O -> C -> vector -> R) :
  (forall a, 0 < dilation g a)%N -> (forall X o i, conv g K X o i = conv g L X o i) ->
  forall o c (w : vector), (forall a, w a < kernel_size g a)%N -> K o c w = L o c w.
Proof. by move=> dilated same o c w below; rewrite -!(answer_to_impulse _ o c dilated below) same. Qed.

(* Three layers in a row are one: the size, stride and dilation of the full layer do not depend on which two are joined
   first ... *)
Theorem full_geometry_associative g3 g2 g1 :
  full_geometry g3 (full_geometry g2 g1) = full_geometry (full_geometry g3 g2) g1.
Proof. by congr Geometry; apply/ffunP => a; rewrite !ffunE ?addn1 /=; lia. Qed.

Section ThreeLayers.
Variables (g3 g2 g1 : geometry) (O : Type) (N M C : finType).
Variables (K3 : O -> N -> vector -> R) (K2 : N -> M -> vector -> R) (K1 : M -> C -> vector -> R).

(* ... the layer computes the same ... *)
Theorem three_layers_last_joined_last X o i :
  conv g3 K3 (conv g2 K2 (conv g1 K1 X)) o i =
  conv (full_geometry g3 (full_geometry g2 g1))
    (full_kernel g3 (full_geometry g2 g1) K3 (full_kernel g2 g1 K2 K1)) X o i.
Proof. by rewrite -two_layers_are_one_layer; apply: eq_conv => c p; exact: two_layers_are_one_layer. Qed.

Theorem three_layers_last_joined_first X o i :
  conv g3 K3 (conv g2 K2 (conv g1 K1 X)) o i =
  conv (full_geometry (full_geometry g3 g2) g1)
    (full_kernel (full_geometry g3 g2) g1 (full_kernel g3 g2 K3 K2) K1) X o i.
Proof. by rewrite -!two_layers_are_one_layer. Qed.

(* ... and its kernel is the same: joining kernels is associative. *)
Theorem full_kernel_associative o c w :
  full_kernel g3 (full_geometry g2 g1) K3 (full_kernel g2 g1 K2 K1) o c w =
  full_kernel (full_geometry g3 g2) g1 (full_kernel g3 g2 K3 K2) K1 o c w.
Proof.
have [/forallP below|/forallP outside] :=
  boolP [forall a, w a < kernel_size (full_geometry g3 (full_geometry g2 g1)) a]%N; last first.
  by rewrite !full_kernel_outside // -full_geometry_associative.
apply: (@layer_determines_kernel (full_geometry g3 (full_geometry g2 g1))) => // [a|X o' i]; first by rewrite ffunE.
by rewrite -three_layers_last_joined_last full_geometry_associative three_layers_last_joined_first.
Qed.
End ThreeLayers.

(* ---- 1x1 layers ---- *)

(* A ConvNd layer of kernel_size 1 on every axis is, at each output position, the matrix of its weights times the column
   of the input channels at s i, whatever its dilation. *)
Theorem one_by_one_is_matrix_product g (co ci : nat) (K : 'I_co -> 'I_ci -> vector -> R) X o i :
  kernel_size g = [ffun=> 1%N] ->
  conv g K X o i = ((\matrix_(o, c) K o c origin) *m (\col_c X c [ffun a => stride g a * i a]%N)) o ord0.
Proof.
move=> sizes; have one_tap a : kernel_size g a = 1%N by rewrite sizes ffunE.
rewrite mxE; apply: eq_bigr => c _; rewrite !mxE.
have below a : (origin a < kernel_size g a)%N by rewrite one_tap ffunE.
have reads_at : reads g i origin = [ffun a => stride g a * i a]%N by apply/ffunP => a; rewrite !ffunE muln0 addn0.
rewrite -reads_at -[RHS](one_place (fun v => K o c v * X c (reads g i v)) below); apply: eq_bigr => v _.
suff -> : place v = origin by rewrite eqxx.
by apply/ffunP => a; have := place_below v a; rewrite one_tap ltnS leqn0 [origin a]ffunE => /eqP.
Qed.

(* ---- groups ---- *)

(* ConvNd with groups: the channels are pairs (group, channel in the group); each group has its own weights and reads
   its own input channels alone. *)
Definition grouped_conv g (G : finType) (O : Type) (C : finType) (K : G -> O -> C -> vector -> R)
  (X : G * C -> vector -> R) (o : G * O) (i : vector) : R := conv g (K o.1) (fun c => X (o.1, c)) o.2 i.

Definition block_kernel (G : finType) (O : Type) (C : finType) (K : G -> O -> C -> vector -> R)
  (o : G * O) (c : G * C) (v : vector) : R := if o.1 == c.1 then K o.1 o.2 c.2 v else 0.

(* A layer with groups is the layer without groups whose weights are block diagonal: 0 between different groups. *)
Theorem groups_are_blocks g (G : finType) (O : Type) (C : finType) (K : G -> O -> C -> vector -> R) X o i :
  grouped_conv g K X o i = conv g (block_kernel K) X o i.
Proof.
transitivity (\sum_h \sum_c \sum_(v : taps (kernel_size g))
    block_kernel K o (h, c) (place v) * X (h, c) (reads g i (place v))); last first.
  by rewrite pair_bigA; apply: eq_bigr => -[h c].
rewrite (bigD1 o.1) //= [X in _ + X]big1 ?addr0 => [|h other]; last first.
  by rewrite big1 // => c _; rewrite big1 // => v _; rewrite /block_kernel eq_sym (negbTE other) mul0r.
by apply: eq_bigr => c _; apply: eq_bigr => v _; rewrite /block_kernel eqxx.
Qed.

(* Two layers with the same groups in a row are one layer with these groups, joined group by group. *)
Theorem two_grouped_layers_are_one_grouped_layer g2 g1 (G : finType) (O : Type) (M C : finType)
    (K2 : G -> O -> M -> vector -> R) (K1 : G -> M -> C -> vector -> R) X o i :
  grouped_conv g2 K2 (grouped_conv g1 K1 X) o i =
  grouped_conv (full_geometry g2 g1) (fun h => full_kernel g2 g1 (K2 h) (K1 h)) X o i.
Proof. exact: two_layers_are_one_layer. Qed.
End AnyRank.
