(* How many different outputs of a transposed convolution receive a term: with stride s, dilation d, o inputs and
   kernel_size k, and g = gcd(s, d), it is o k - max(0, o - d / g) max(0, k - s / g).

   The pairs of an input and a tap with one target are a chain: from one to the next, the input grows by d / g and the
   tap falls by s / g.  Each chain has one first pair, and the pairs that are not first are counted.

   Proved by hand because the statement counts different positions: a sum counts each position once for each term. *)
From Coq Require Import ZArith Znumtheory List FinFun Lia.
From mathcomp Require Import all_ssreflect zify.
From Symconv Require Import Received.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Distinct.
Local Open Scope nat_scope.
Variables (s d o k : nat).

(* All pairs of an input position y < o and a tap u < k, and the output position that receives their product. *)
Definition pairs : seq (nat * nat) := [seq (y, u) | y <- iota 0 o, u <- iota 0 k].
Definition target (pair : nat * nat) : nat := s * pair.1 + d * pair.2.

(* The different targets. *)
Definition touched : seq nat := undup (map target pairs).

Lemma mem_pairs y u : ((y, u) \in pairs) = (y < o) && (u < k).
Proof.
rewrite /pairs; apply/allpairsP/andP => [[[y' u'] /= [y_in u_in [-> ->]]]|[y_below u_below]].
  by move: y_in u_in; rewrite !mem_iota; lia.
by exists (y, u); rewrite !mem_iota; split=> //=; lia.
Qed.

Lemma pairs_uniq : uniq pairs.
Proof. by apply: allpairs_uniq; rewrite ?iota_uniq // => -[y u] [y' u'] _ _ [-> ->]. Qed.

Lemma mem_touched x : reflect (exists y u, [/\ y < o, u < k & s * y + d * u = x]) (x \in touched).
Proof.
rewrite mem_undup; apply: (iffP mapP) => [[[y u] in_range ->]|[y [u [y_below u_below <-]]]].
  by exists y, u; move: in_range; rewrite mem_pairs => /andP[].
by exists (y, u); rewrite // mem_pairs y_below.
Qed.

Hypotheses (s_positive : 0 < s) (d_positive : 0 < d).
Let g := gcdn s d.
Let a := d %/ g.
Let b := s %/ g.

(* The pairs with the same target make a chain with the step (a, -b): the first of it has no predecessor. *)
Definition first (pair : nat * nat) : bool := (pair.1 < a) || (k <= pair.2 + b).

Lemma g_positive : 0 < g. Proof. by rewrite gcdn_gt0 s_positive. Qed.
Lemma s_factors : s = b * g. Proof. by rewrite divnK ?dvdn_gcdl. Qed.
Lemma d_factors : d = a * g. Proof. by rewrite divnK ?dvdn_gcdr. Qed.
Lemma a_positive : 0 < a. Proof. by move: d_positive; rewrite {1}d_factors muln_gt0 => /andP[]. Qed.
Lemma b_positive : 0 < b. Proof. by move: s_positive; rewrite {1}s_factors muln_gt0 => /andP[]. Qed.
Lemma a_b_coprime : coprime a b.
Proof. by rewrite /coprime -(eqn_pmul2r g_positive) mul1n muln_gcdl -s_factors -d_factors gcdnC. Qed.

Lemma step : s * a = d * b. Proof. by rewrite {1}s_factors {1}d_factors -mulnA mulnC [g * a]mulnC. Qed.

(* Two pairs with the same target are at least one step apart. *)
Lemma one_step y u y' u' : target (y, u) = target (y', u') -> y < y' -> a + y <= y' /\ u' + b <= u.
Proof.
rewrite /target /= => same before.
have same_steps : b * y + a * u = b * y' + a * u'.
  by apply/eqP; rewrite -(eqn_pmul2r g_positive) !mulnDl -!(mulnAC _ g) -s_factors -d_factors same.
have steps : b * (y' - y) = a * (u - u') by rewrite !mulnBr; lia.
have a_divides : a %| y' - y by rewrite -(Gauss_dvdr _ a_b_coprime) steps dvdn_mulr.
have b_divides : b %| u - u' by rewrite -(Gauss_dvdr _ (n := a)) 1?coprime_sym ?a_b_coprime // -steps dvdn_mulr.
have u_steps : 0 < u - u' by rewrite -(ltn_pmul2l a_positive) muln0 -steps muln_gt0 b_positive subn_gt0.
have u_far := dvdn_leq u_steps b_divides; have y_far : a <= y' - y by rewrite dvdn_leq ?subn_gt0.
by clear -before u_steps u_far y_far; lia.
Qed.

(* So different first pairs have different targets ... *)
Lemma first_targets_differ : {in [seq pair <- pairs | first pair] &, injective target}.
Proof.
move=> [y u] [y' u']; rewrite !mem_filter !mem_pairs /first /= => in_range in_range' same.
have [before|before|equal] := ltngtP y y'.
- by have := one_step same before; lia.
- by have := one_step (esym same) before; lia.
- by move: same; rewrite /target /= equal => /addnI/eqP; rewrite eqn_pmul2l // => /eqP ->.
Qed.

(* ... and walking back from a pair leads to a first pair with its target. *)
Lemma walk_to_first y u : (y, u) \in pairs -> exists2 pair, pair \in [seq pair <- pairs | first pair] &
  target (y, u) = target pair.
Proof.
elim/ltn_ind: y u => y IH u in_range; have [is_first|] := boolP (first (y, u)).
  by exists (y, u); rewrite // mem_filter is_first.
rewrite /first /= negb_or -!leqNgt => /andP[y_far u_far].
have before : y - a < y by have := a_positive; lia.
have [|pair is_first same] := IH _ before (u + b); first by move: in_range; rewrite !mem_pairs; lia.
by exists pair; rewrite // -same /target /= mulnBr mulnDr addnCA addnC step subnK // -step leq_mul2l y_far orbT.
Qed.

Lemma number_of_pairs_not_first : count (predC first) pairs = (o - a) * (k - b).
Proof.
rewrite -size_filter -[o - a](size_iota a) -[k - b](size_iota 0) -(size_allpairs pair).
apply/perm_size/uniq_perm.
- by rewrite filter_uniq ?pairs_uniq.
- by apply: allpairs_uniq; rewrite ?iota_uniq // => -[y u] [y' u'] _ _ [-> ->].
move=> [y u]; rewrite mem_filter mem_pairs /first /=.
by apply/idP/allpairsP => [in_range|[[y' u'] /= [y_in u_in [-> ->]]]];
  [exists (y, u); split=> //= | move: y_in u_in]; rewrite !mem_iota; lia.
Qed.

(* Each target belongs to one first pair, so there are as many targets as first pairs. *)
Theorem number_of_distinct_targets : size touched = o * k - (o - d %/ gcdn s d) * (k - s %/ gcdn s d).
Proof.
have -> : size touched = size [seq pair <- pairs | first pair].
  rewrite -(size_map target); apply/perm_size/uniq_perm.
  - exact: undup_uniq.
  - by rewrite map_inj_in_uniq ?filter_uniq ?pairs_uniq //; exact: first_targets_differ.
  move=> x; rewrite mem_undup; apply/mapP/mapP => [[[y u] in_range ->]|[pair in_range ->]].
    exact: walk_to_first.
  by exists pair => //; move: in_range; rewrite mem_filter => /andP[].
have size_pairs : size pairs = o * k by rewrite size_allpairs !size_iota.
by rewrite size_filter -/g -/a -/b -number_of_pairs_not_first -size_pairs -(count_predC first) addnK.
Qed.
End Distinct.

Section Bridge.
Local Open Scope nat_scope.

Lemma In_mem (xs : seq nat) x : List.In x xs <-> x \in xs.
Proof.
elim: xs => [|x' xs IH] //=; rewrite inE; split=> [[->|/IH ->]|/orP[/eqP ->|/IH]].
- by rewrite eqxx.
- by rewrite orbT.
- by left.
- by right.
Qed.

Lemma uniq_NoDup (xs : seq nat) : uniq xs -> List.NoDup xs.
Proof. by elim: xs => [|x xs IH] /=; [constructor | case/andP=> /negP new /IH; constructor; rewrite ?In_mem]. Qed.

Lemma gcd_of_nat m n : 0 < m -> Z.gcd (Z.of_nat m) (Z.of_nat n) = Z.of_nat (gcdn m n).
Proof.
move=> m_positive; apply: Z.gcd_unique; first exact: Nat2Z.is_nonneg.
- by have /dvdnP [l m_is] := dvdn_gcdl m n; exists (Z.of_nat l); lia.
- by have /dvdnP [l n_is] := dvdn_gcdr m n; exists (Z.of_nat l); lia.
move=> q [l m_is] [r n_is]; have [i j bezout _] := egcdnP n m_positive.
by exists (Z.of_nat i * l - Z.of_nat j * r)%Z; rewrite Z.mul_sub_distr_r -!Z.mul_assoc -m_is -n_is; lia.
Qed.

Lemma quotient_of_nat m n : 0 < n -> (Z.of_nat m / Z.of_nat n)%Z = Z.of_nat (m %/ n).
Proof.
move=> n_positive; symmetry; apply: (Z.div_unique_pos _ _ _ (Z.of_nat (m %% n))).
- by have := ltn_pmod m n_positive; lia.
- by have := divn_eq m n; lia.
Qed.
End Bridge.

Section Count.
Local Open Scope Z_scope.

(* The number of different outputs that receive a term: each list of them without repeats is so long. *)
Theorem number_of_receiving_outputs (s d o k : Z) (outputs : list Z) : 0 < s -> 0 < d -> 0 <= o -> 0 <= k ->
  List.NoDup outputs -> (forall x, List.In x outputs <-> receives s d o k x) ->
  Z.of_nat (length outputs) = o * k - Z.max 0 (o - d / Z.gcd s d) * Z.max 0 (k - s / Z.gcd s d).
Proof.
move=> s_positive d_positive o_nonneg k_nonneg distinct members.
have [s' s_is] := Z_of_nat_complete s (Z.lt_le_incl _ _ s_positive).
have [d' d_is] := Z_of_nat_complete d (Z.lt_le_incl _ _ d_positive).
have [[o' o_is] [k' k_is]] := (Z_of_nat_complete o o_nonneg, Z_of_nat_complete k k_nonneg); subst s d o k.
have [s_pos d_pos] : (0 < s')%N /\ (0 < d')%N by lia.
have same x : List.In x outputs <-> List.In x (List.map Z.of_nat (touched s' d' o' k')).
  rewrite members in_map_iff; split=> [[y [u [[y_nonneg y_below] [[u_nonneg u_below] at_x]]]]|].
    have [[y' y_is] [u' u_is]] := (Z_of_nat_complete y y_nonneg, Z_of_nat_complete u u_nonneg); subst y u.
    exists (s' * y' + d' * u')%N; split; first by lia.
    by apply/In_mem/mem_touched; exists y', u'; split; lia.
  move=> [x' [<- /In_mem/mem_touched [y [u [y_in u_in <-]]]]].
  by exists (Z.of_nat y), (Z.of_nat u); rewrite /term_at; lia.
have -> : length outputs = length (List.map Z.of_nat (touched s' d' o' k')).
  have touched_distinct : List.NoDup (List.map Z.of_nat (touched s' d' o' k')).
    by apply: Injective_map_NoDup; [exact: Nat2Z.inj | apply: uniq_NoDup; exact: undup_uniq].
  by apply: Nat.le_antisymm; apply: NoDup_incl_length => // x /same.
transitivity (Z.of_nat (size (touched s' d' o' k'))); first by rewrite map_length.
rewrite (number_of_distinct_targets _ _ s_pos d_pos).
have of_difference m n : Z.max 0 (Z.of_nat m - Z.of_nat n) = Z.of_nat (m - n) by lia.
rewrite gcd_of_nat // !quotient_of_nat ?gcdn_gt0 ?s_pos // !of_difference.
have : ((o' - d' %/ gcdn s' d') * (k' - s' %/ gcdn s' d') <= o' * k')%N by rewrite leq_mul ?leq_subr.
move: (o' - _)%N (k' - _)%N => m n; lia.
Qed.

(* Without dilation the outputs 0 to s (o - 1) + k - 1 have (o - 1) max(0, s - k) holes. *)
Theorem number_of_receiving_outputs_without_dilation (s o k : Z) (outputs : list Z) : 0 < s -> 1 <= o -> 0 <= k ->
  List.NoDup outputs -> (forall x, List.In x outputs <-> receives s 1 o k x) ->
  Z.of_nat (length outputs) = s * (o - 1) + k - (o - 1) * Z.max 0 (s - k).
Proof.
move=> s_positive some_input k_nonneg distinct members.
have o_nonneg : 0 <= o by lia.
rewrite (number_of_receiving_outputs s_positive Z.lt_0_1 o_nonneg k_nonneg distinct members) Z.gcd_1_r !Z.div_1_r.
have [-> ->] : Z.max 0 (o - 1) = o - 1 /\ Z.max 0 (k - s) = k - s + Z.max 0 (s - k) by lia.
by ring.
Qed.
End Count.
