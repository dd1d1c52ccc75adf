(* Which outputs of a transposed convolution receive a term, and how many terms; how many receive one is in Distinct.v.

   The output x of a transposed convolution with stride s, dilation d, o inputs and kernel_size k (the input x of the
   gradient dX of a convolution with o outputs) is the sum of the products of input y and tap u over 0 <= y < o and
   0 <= u < k with s y + d u = x. One axis; padding only shifts x. The main results, with g = gcd(s, d):
   - x receives a term if and only if g divides x and a first step is not after a last one (both by floor division);
   - away from the borders every output receives a term if and only if g = 1 and k >= s.

   Proved by hand because the statements say that terms exist, which a sum of them cannot say. *)
From Coq Require Import ZArith Znumtheory List FinFun Lia.
From mathcomp Require Import all_ssreflect zify.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

Section Existence.
Local Open Scope Z_scope.
Variables s d : Z.
Hypotheses (s_positive : 0 < s) (d_positive : 0 < d).

(* The output x of ConvTranspose1d without padding, with o inputs, receives the product of input y and tap u. *)
Definition term_at (o k x y u : Z) : Prop := 0 <= y < o /\ 0 <= u < k /\ s * y + d * u = x.
Definition receives (o k x : Z) : Prop := exists y u, term_at o k x y u.

Let g := Z.gcd s d.
Let a := d / g.
Let b := s / g.

Lemma gcd_positive : 0 < g.
Proof. have := Z.gcd_nonneg s d; have : g <> 0 by move=> /Z.gcd_eq_0_l; lia. by rewrite -/g; lia. Qed.

Lemma s_is : s = g * b.
Proof. exact: Zdivide_Zdiv_eq gcd_positive (Z.gcd_divide_l s d). Qed.

Lemma d_is : d = g * a.
Proof. exact: Zdivide_Zdiv_eq gcd_positive (Z.gcd_divide_r s d). Qed.

Lemma a_is_positive : 0 < a.
Proof. by have := gcd_positive; have := d_is; nia. Qed.

Lemma b_is_positive : 0 < b.
Proof. by have := gcd_positive; have := s_is; nia. Qed.

Lemma a_b_are_coprime : Z.gcd a b = 1.
Proof. by rewrite Z.gcd_comm; apply: Z.gcd_div_gcd => //; have := gcd_positive; rewrite -/g; lia. Qed.

Lemma gcd_divides y u : (g | s * y + d * u).
Proof. by apply: Z.divide_add_r; apply: Z.divide_mul_l; [exact: Z.gcd_divide_l | exact: Z.gcd_divide_r]. Qed.

Lemma chain_iff y u y' u' :
  s * y' + d * u' = s * y + d * u <-> exists t, y' = y + t * a /\ u' = u - t * b.
Proof.
have := gcd_positive; have := a_is_positive; have := s_is; have := d_is => d_eq s_eq a_pos g_pos.
split=> [same|[t [-> ->]]]; last by rewrite {1}s_eq {1}d_eq; lia.
have steps : b * (y' - y) = a * (u - u') by rewrite s_eq d_eq in same; apply: (Z.mul_reg_l _ _ g); lia.
have [t t_is] : (a | y' - y).
  by apply: (Z.gauss _ b); [rewrite steps; exact: Z.divide_factor_l | exact: a_b_are_coprime].
exists t; split; first by lia.
suff : u - u' = t * b by lia.
by apply: (Z.mul_reg_l _ _ a); [lia | rewrite -steps t_is; ring].
Qed.

(* The terms of one output make a chain: from one to the next, y grows by d / gcd(s, d) and u falls by s / gcd(s, d). *)
Theorem same_output_iff_chain y u y' u' :
  s * y' + d * u' = s * y + d * u <-> exists t, y' = y + t * (d / Z.gcd s d) /\ u' = u - t * (s / Z.gcd s d).
Proof. exact: chain_iff. Qed.

(* An output that is no multiple of gcd(s, d) receives nothing, for every size of the input and of the kernel. *)
Theorem receives_only_multiples_of_gcd o k x : receives o k x -> (Z.gcd s d | x).
Proof. by move=> [y [u [_ [_ <-]]]]; exact: gcd_divides. Qed.

(* One tap after the other: x receives a term if and only if for some tap u the rest x - d u is s times an input. *)
Theorem receives_iff_some_tap o k x :
  receives o k x <-> exists u, 0 <= u < k /\ 0 <= x - d * u < s * o /\ (s | x - d * u).
Proof.
split=> [[y [u [y_in [u_in <-]]]]|[u [u_in [rest_in [y rest]]]]].
  by exists u; split=> //; split; [nia | exists y; ring].
by exists y, u; split; [nia | split; [|lia]].
Qed.

(* Where s p + d q = gcd(s, d) (Bezout), the terms of the output x = gcd(s, d) c are the pairs
   (c p + t d / gcd(s, d), c q - t s / gcd(s, d)) for t from the first step to the last. *)
Section Steps.
Variables o k x p q : Z.
Hypothesis bezout : s * p + d * q = Z.gcd s d.

Definition first_step : Z := Z.max (- (x / g * p / a)) (- ((k - 1 - x / g * q) / b)).
Definition last_step : Z := Z.min ((o - 1 - x / g * p) / a) (x / g * q / b).

Lemma step_iff t : first_step <= t <= last_step <-> 0 <= x / g * p + t * a < o /\ 0 <= x / g * q - t * b < k.
Proof.
have := a_is_positive; have := b_is_positive; rewrite /first_step /last_step.
move: (x / g * p) (x / g * q) a b => y0 u0 A B B_pos A_pos.
have floor_le n m r : 0 < m -> (r <= n / m <-> m * r <= n).
  by move=> m_pos; split=> [le|]; [have := Z.mul_div_le n m m_pos; nia | exact: Z.div_le_lower_bound].
have := floor_le y0 A (- t); have := floor_le (k - 1 - u0) B (- t).
have := floor_le (o - 1 - y0) A t; have := floor_le u0 B t; lia.
Qed.

Theorem terms_are_steps y u : (g | x) ->
  term_at o k x y u <-> exists t, first_step <= t <= last_step /\ y = x / g * p + t * a /\ u = x / g * q - t * b.
Proof.
move=> /(Zdivide_Zdiv_eq _ _ gcd_positive) x_is.
have target : s * (x / g * p) + d * (x / g * q) = x by rewrite {3}x_is /g -bezout; ring.
split=> [[y_in [u_in at_x]]|[t [/step_iff [y_in u_in] [-> ->]]]].
  have /chain_iff [t [y_is u_is]] : s * y + d * u = s * (x / g * p) + d * (x / g * q) by rewrite target.
  by exists t; rewrite step_iff -y_is -u_is.
split=> //; split=> //; rewrite -[RHS]target; apply/chain_iff; by exists t.
Qed.

(* The output x receives a term if and only if gcd(s, d) divides it and the first step is not after the last. *)
Theorem receives_iff : receives o k x <-> (Z.gcd s d | x) /\ first_step <= last_step.
Proof.
split=> [received|[divides steps]].
  have divides := receives_only_multiples_of_gcd received; split=> //.
  by case: received => y [u /(terms_are_steps _ _ divides) [t [in_range _]]]; lia.
exists (x / g * p + first_step * a), (x / g * q - first_step * b); apply/terms_are_steps => //.
by exists first_step; split=> //; lia.
Qed.

(* And it is the sum of max(last - first + 1, 0) terms: each list of them without repeats is so long. *)
Theorem number_of_terms (terms : list (Z * Z)) : (Z.gcd s d | x) -> List.NoDup terms ->
  (forall y u, List.In (y, u) terms <-> term_at o k x y u) ->
  Z.of_nat (length terms) = Z.max (last_step - first_step + 1) 0.
Proof.
move=> divides distinct members.
pose term_of n := (x / g * p + (first_step + Z.of_nat n) * a, x / g * q - (first_step + Z.of_nat n) * b).
pose chain := List.map term_of (List.seq 0 (Z.to_nat (last_step - first_step + 1))).
have chain_distinct : List.NoDup chain.
  apply: Injective_map_NoDup; last exact: seq_NoDup.
  move=> n m [same _]; apply: Nat2Z.inj; have a_pos := a_is_positive.
  by apply: (Z.mul_reg_r _ _ a); clear -a_pos same; lia.
have same pair : List.In pair terms <-> List.In pair chain.
  case: pair => y u; rewrite members terms_are_steps // /chain in_map_iff; split.
    move=> [t [in_range [-> ->]]]; exists (Z.to_nat (t - first_step)); rewrite /term_of in_seq.
    by split; [congr (_ + _ * _, _ - _ * _) |]; lia.
  move=> [n [[<- <-] /in_seq in_range]]; exists (first_step + Z.of_nat n); split=> //; lia.
have -> : length terms = length chain.
  by apply: Nat.le_antisymm; apply: NoDup_incl_length => // pair /same.
rewrite map_length seq_length; lia.
Qed.
End Steps.

(* Every output receives one term at most, so that the layer only places products and adds none, if and only if there
   are no more than d / gcd(s, d) inputs or no more than s / gcd(s, d) taps. *)
Theorem at_most_one_term_iff o k : 0 <= o -> 0 <= k ->
  (forall x y u y' u', term_at o k x y u -> term_at o k x y' u' -> y = y' /\ u = u') <->
  o <= d / Z.gcd s d \/ k <= s / Z.gcd s d.
Proof.
rewrite -/g -/a -/b => o_nonneg k_nonneg; have := a_is_positive; have := b_is_positive => b_pos a_pos.
split=> [unique|short].
  have [few|many] := Z.le_gt_cases o a; [by left | right]; have [//|long] := Z.le_gt_cases k b.
  have same : s * a + d * 0 = s * 0 + d * b by apply/chain_iff; exists 1; lia.
  by have [] := unique (s * a + d * 0) 0 b a 0; rewrite /term_at; lia.
move=> x y u y' u' [y_in [u_in at_x]] [y'_in [u'_in at_x']].
have /chain_iff [t [y'_is u'_is]] : s * y' + d * u' = s * y + d * u by lia.
suff t_is_0 : t = 0 by rewrite t_is_0 in y'_is u'_is; lia.
have [t_negative|[//|t_positive]] := Z.lt_trichotomy t 0.
  by have := Z.mul_le_mono_nonneg_r t (-1) a; have := Z.mul_le_mono_nonneg_r t (-1) b; lia.
by have := Z.mul_le_mono_nonneg_r 1 t a; have := Z.mul_le_mono_nonneg_r 1 t b; lia.
Qed.

(* Away from the borders every multiple of gcd(s, d) receives a term if and only if the kernel is long enough. *)
Theorem interior_receives_iff k : 0 <= k ->
  (forall x, (Z.gcd s d | x) -> exists y u, 0 <= u < k /\ s * y + d * u = x) <-> s / Z.gcd s d <= k.
Proof.
rewrite -/g -/b; move=> k_nonneg; split=> [all|long x /(Zdivide_Zdiv_eq _ _ gcd_positive) x_is].
  have [y [u [u_in at_x]]] : exists y u, 0 <= u < k /\ s * y + d * u = d * k.
    by apply: all; have := gcd_divides 0 k; rewrite Z.mul_0_r.
  have /chain_iff [t [_ u_is]] : s * 0 + d * k = s * y + d * u by lia.
  have b_pos := b_is_positive; have t_negative : t < 0 by clear -b_pos u_is u_in; nia.
  by clear -b_pos u_is u_in t_negative; nia.
have [p [q bezout]] := Z.gcd_bezout s d g erefl.
have b_pos := b_is_positive.
exists (x / g * p + (x / g * q / b) * a), (x / g * q - (x / g * q / b) * b).
split; first by have := Z.mod_pos_bound (x / g * q) b b_pos; have := Z_div_mod_eq_full (x / g * q) b; lia.
transitivity (s * (x / g * p) + d * (x / g * q)); last by rewrite {3}x_is -bezout; ring.
by apply/chain_iff; exists (x / g * q / b).
Qed.

(* With o inputs, "away from the borders" is from d (k - 1) to s o - 1. *)
Theorem receives_between_borders o k x : s / Z.gcd s d <= k -> (Z.gcd s d | x) -> d * (k - 1) <= x < s * o ->
  receives o k x.
Proof.
move=> long divides between; have b_pos := b_is_positive; have k_nonneg : 0 <= k by rewrite -/g -/b in long; lia.
have [_ covered] := interior_receives_iff k_nonneg; have [y [u [u_in at_x]]] := covered long x divides.
apply/receives_iff_some_tap; exists u; split=> //; split; first by nia.
by exists y; lia.
Qed.

(* Away from the borders a transposed convolution leaves no output without a term (no holes) if and only if its stride
   and dilation have no common divisor and its kernel_size is at least its stride. *)
Theorem no_holes_iff k : 0 <= k ->
  (forall x, exists y u, 0 <= u < k /\ s * y + d * u = x) <-> Z.gcd s d = 1 /\ s <= k.
Proof.
move=> k_nonneg; have interior := interior_receives_iff k_nonneg; split=> [all|[coprime long] x].
  have g_is_1 : g = 1.
    have [y [u [_ at_1]]] := all 1; apply: Z.divide_1_r_nonneg; first by have := gcd_positive; lia.
    by rewrite -at_1; exact: gcd_divides.
  by split=> //; rewrite s_is g_is_1 Z.mul_1_l; apply/interior => x _; exact: all.
have [_ covered] := interior; apply: covered; first by rewrite /b /g coprime Z.div_1_r.
by rewrite /g coprime; exact: Z.divide_1_l.
Qed.
End Existence.

Section WithoutDilation.
Local Open Scope Z_scope.
Variables s o k : Z.
Hypothesis s_positive : 0 < s.

(* Without dilation: the output x receives a term if and only if some y from ceil((x - k + 1) / s) to floor(x / s) is
   one of the o inputs. *)
Theorem receives_without_dilation_iff x :
  receives s 1 o k x <-> Z.max 0 (- ((k - 1 - x) / s)) <= Z.min (o - 1) (x / s).
Proof.
have bezout : s * 0 + 1 * 1 = Z.gcd s 1 by rewrite Z.gcd_1_r; ring.
rewrite (receives_iff s_positive Z.lt_0_1 o k x bezout).
rewrite /first_step /last_step Z.gcd_1_r !Z.div_1_r Z.mul_0_r Z.mul_1_r Z.sub_0_r.
by split=> [[]|] //; split=> //; exact: Z.divide_1_l.
Qed.

(* Without dilation all outputs from 0 to s (o - 1) + k - 1 receive a term if and only if kernel_size is at least the
   stride (or there is one input only). *)
Theorem no_holes_without_dilation_iff : 1 <= o -> 0 <= k ->
  (forall x, 0 <= x < s * (o - 1) + k -> receives s 1 o k x) <-> s <= k \/ o = 1.
Proof.
move=> some_input k_nonneg; split=> [all|dense x x_in].
  have [|many] := Z.eq_dec o 1; [by right | left]; have [//|short] := Z.le_gt_cases s k.
  have [|y [u [y_in [u_in at_k]]]] := all k; first by have := Z.mul_pos_pos s (o - 1); lia.
  have [y_is_0|y_positive] : y = 0 \/ 1 <= y by lia.
    by rewrite y_is_0 in at_k; lia.
  by have := Z.mul_le_mono_nonneg_l 1 y s; lia.
have division := Z_div_mod_eq_full x s; have remainder := Z.mod_pos_bound x s s_positive.
have [near|far] := Z.le_gt_cases (x / s) (o - 1); last first.
  by exists (o - 1), (x - s * (o - 1)); split; [lia | split; nia].
have x_div_s_nonneg : 0 <= x / s by apply: Z.div_pos; lia.
have [long|single] := dense; first by exists (x / s), (x mod s); split; [lia | split; lia].
by rewrite single in x_in; exists 0, x; rewrite /term_at; lia.
Qed.
End WithoutDilation.
