(* Sums over 0 <= x < n of values in a commutative ring, empty where n <= 0, and nested sums over several names. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition interval (n : Z) : seq Z := [seq Z.of_nat i | i <- iota 0 (Z.to_nat n)].

Lemma mem_interval n x : (x \in interval n) = Z.leb 0 x && Z.ltb x n.
Proof.
apply/mapP/andP => [[i]|[/Z.leb_spec0 x0 /Z.ltb_spec0 xn]].
  by rewrite mem_iota => /andP[_ i_n] ->; split; [apply/Z.leb_spec0 | apply/Z.ltb_spec0]; lia.
by exists (Z.to_nat x); rewrite ?mem_iota; lia.
Qed.

Lemma uniq_interval n : uniq (interval n).
Proof. by rewrite map_inj_uniq ?iota_uniq // => i j; lia. Qed.

Section Sums.
Variable R : comRingType.
Implicit Types (f g : Z -> R) (n m x y : Z).

Definition sumZ (n : Z) (f : Z -> R) : R := \sum_(x <- interval n) f x.

Lemma eq_sum n f g : (forall x, (0 <= x < n)%Z -> f x = g x) -> sumZ n f = sumZ n g.
Proof.
move=> fg; apply: eq_big_seq => x; rewrite mem_interval => /andP[/Z.leb_spec0 x0 /Z.ltb_spec0 xn].
exact: fg.
Qed.

Lemma sum_zero n f : (forall x, (0 <= x < n)%Z -> f x = 0) -> sumZ n f = 0.
Proof. by move=> f0; rewrite (eq_sum f0) /sumZ big1. Qed.

Lemma sum_negative n f : (n <= 0)%Z -> sumZ n f = 0.
Proof. by move=> n0; apply: sum_zero => x; lia. Qed.

Lemma sum_swap n m (f : Z -> Z -> R) :
  sumZ n (fun x => sumZ m (fun y => f x y)) = sumZ m (fun y => sumZ n (fun x => f x y)).
Proof. exact: exchange_big. Qed.

Lemma sum_add n f g : sumZ n (fun x => f x + g x) = sumZ n f + sumZ n g.
Proof. exact: big_split. Qed.

Lemma sum_scale n f (a : R) : sumZ n (fun x => a * f x) = a * sumZ n f.
Proof. by rewrite /sumZ mulr_sumr. Qed.

(* The entries other than 0 correspond to one another. *)
Lemma sum_bijection n m f g (forth back : Z -> Z) :
    (forall x, forth (back x) = x) -> (forall y, back (forth y) = y) -> (forall y, f (forth y) = g y) ->
    (forall x, (0 <= x < n)%Z -> f x != 0 -> (0 <= back x < m)%Z) ->
    (forall y, (0 <= y < m)%Z -> g y != 0 -> (0 <= forth y < n)%Z) ->
  sumZ n f = sumZ m g.
Proof.
move=> backK forthK fg f_m g_n.
have in_range (x k : Z) : (0 <= x < k)%Z <-> x \in interval k.
  by rewrite mem_interval; split=> [?|/andP[/Z.leb_spec0 ? /Z.ltb_spec0 ?]]; [apply/andP; split; lia | lia].
have nonzero k h : sumZ k h = \sum_(x <- [seq x <- interval k | h x != 0]) h x.
  by rewrite big_filter [RHS]big_mkcond; apply: eq_bigr => x _; case: eqP.
rewrite !nonzero -(eq_bigr _ (fun y _ => fg y)) -(big_map forth xpredT f); apply: perm_big.
apply: uniq_perm; rewrite ?map_inj_uniq ?filter_uniq ?uniq_interval //; first exact: can_inj forthK.
move=> x; apply/idP/mapP => [|[y]].
  rewrite mem_filter => /andP[fx /in_range x_n]; exists (back x); rewrite ?backK // mem_filter -fg backK fx.
  exact/in_range/f_m.
by rewrite mem_filter => /andP[gy /in_range y_m] ->; rewrite mem_filter fg gy; apply/in_range/g_n.
Qed.

(* All entries but one are 0. *)
Lemma sum_point n f x0 :
  (forall x, x <> x0 -> f x = 0) -> sumZ n f = if Z.leb 0 x0 && Z.ltb x0 n then f x0 else 0.
Proof.
move=> others; rewrite -mem_interval /sumZ; case: ifP => x0_n.
  by rewrite (bigD1_seq x0) ?uniq_interval //= big1 ?addr0 // => x /eqP /others.
by rewrite big_seq big1 // => x x_n; apply: others => eq_x; rewrite eq_x x0_n in x_n.
Qed.

Lemma sum_recr k f : (0 <= k)%Z -> sumZ (k + 1) f = sumZ k f + f k.
Proof.
move=> k0; rewrite /sumZ /interval (_ : Z.to_nat (k + 1) = (Z.to_nat k + 1)%N); last by lia.
by rewrite iotaD map_cat big_cat /= big_seq1; congr (_ + f _); lia.
Qed.

Lemma sum_ind (P : Z -> Prop) n : (0 <= n)%Z -> P 0%Z -> (forall k, (0 <= k)%Z -> P k -> P (k + 1)%Z) -> P n.
Proof. by move=> n0 P0 PS; move: n n0; apply: natlike_ind => // k k0 Pk; apply: PS. Qed.

Lemma sum_cat n m f : (0 <= n)%Z -> (0 <= m)%Z -> sumZ (n + m) f = sumZ n f + sumZ m (fun x => f (n + x)%Z).
Proof.
move=> n0 m0; apply: (sum_ind (P := fun m => sumZ (n + m) f = sumZ n f + sumZ m (fun x => f (n + x)%Z))) m0 _ _.
  by rewrite Z.add_0_r [X in _ + X]sum_negative ?addr0; [|lia].
by move=> k k0 IH; rewrite Z.add_assoc !sum_recr ?IH ?addrA; [|lia..].
Qed.

Lemma sum_flat n m f : (0 <= n)%Z -> (0 <= m)%Z ->
  sumZ (n * m) f = sumZ n (fun q => sumZ m (fun r => f (q * m + r)%Z)).
Proof.
move=> n0 m0.
apply: (sum_ind (P := fun n => sumZ (n * m) f = sumZ n (fun q => sumZ m (fun r => f (q * m + r)%Z)))) n0 _ _.
  by rewrite !sum_negative; [|lia..].
move=> k k0 IH; rewrite sum_recr // -IH (_ : ((k + 1) * m)%Z = (k * m + m)%Z); last by lia.
by rewrite sum_cat; [|nia..].
Qed.

(* SUM_(0 <= x < n) [x < m] (F(x + 1) - F(x)) = F(m) - F(0). *)
Lemma sum_telescope n m f (F : Z -> R) : (0 <= m <= n)%Z ->
    (forall x, (0 <= x < n)%Z -> f x = if Z.ltb x m then F (x + 1)%Z - F x else 0) ->
  sumZ n f = F m - F 0%Z.
Proof.
move=> mn f_F; have -> : n = (m + (n - m))%Z by lia.
rewrite sum_cat; [|lia..]; rewrite [X in _ + X]sum_zero ?addr0 => [|x x_n]; last first.
  by rewrite f_F; [case: Z.ltb_spec0 => // ?; exfalso; lia | lia].
rewrite (@eq_sum _ _ (fun x => F (x + 1)%Z - F x)) => [|x x_m]; last first.
  by rewrite f_F; [case: Z.ltb_spec0 => // ?; exfalso; lia | lia].
apply: (sum_ind (P := fun m => sumZ m (fun x => F (x + 1)%Z - F x) = F m - F 0%Z)); first by lia.
  by rewrite sum_negative ?subrr; [|lia].
by move=> k k0 IH; rewrite sum_recr // IH addrC addrA subrK.
Qed.

End Sums.

(* Sums over several names with fixed extents. *)
Section Nested.
Variable R : comRingType.
Implicit Types (f g : env -> R) (r : env) (box : seq (nat * Z)).

Fixpoint sums (box : seq (nat * Z)) (r : env) (f : env -> R) : R :=
  if box is (v, n) :: box' then sumZ n (fun x => sums box' (upd r v x) f) else f r.

Definition respects (f : env -> R) : Prop := forall r r', r =1 r' -> f r = f r'.
Definition box_names (box : seq (nat * Z)) : seq nat := [seq w.1 | w <- box].
Definition inside (box : seq (nat * Z)) (r r' : env) : Prop :=
  (forall w, w \notin box_names box -> r' w = r w) /\ (forall v n, (v, n) \in box -> (0 <= r' v < n)%Z).

Lemma upd_same r v x : upd r v x v = x.
Proof. by rewrite /upd eqxx. Qed.

Lemma upd_other r v x w : w != v -> upd r v x w = r w.
Proof. by rewrite /upd => /negbTE ->. Qed.

Lemma eq_upd r r' v x : r =1 r' -> upd r v x =1 upd r' v x.
Proof. by move=> h w; rewrite /upd h. Qed.

Lemma upd_swap r v x w y : v != w -> upd (upd r v x) w y =1 upd (upd r w y) v x.
Proof. by move=> vw z; rewrite /upd; case: (z =P w) => [->|//]; rewrite eq_sym (negbTE vw). Qed.

Lemma sums_respects box f : respects f -> respects (fun r => sums box r f).
Proof.
move=> f_ext; elim: box => [|[v n] box IH] r r' h /=; first exact: f_ext.
by apply: eq_sum => x _; apply: IH; apply: eq_upd.
Qed.

Lemma eq_sums box r f g : uniq (box_names box) -> (forall r', inside box r r' -> f r' = g r') ->
  sums box r f = sums box r g.
Proof.
elim: box r => [|[v n] box IH] r /= uniq_box fg; first by apply: fg; split.
case/andP: uniq_box => v_box uniq_box; apply: eq_sum => x x_n; apply: IH => // r' [off on].
have r'_v : r' v = x by rewrite off ?upd_same.
apply: fg; split=> [w|w k]; rewrite inE; first by move=> /norP[w_v w_box]; rewrite off ?upd_other.
by case/orP => [/eqP[-> ->]|/on //]; rewrite r'_v.
Qed.

Lemma eq_sums_everywhere box r f g : (forall r', f r' = g r') -> sums box r f = sums box r g.
Proof. by move=> fg; elim: box r => [|[v n] box IH] r //=; apply: eq_sum => x _; apply: IH. Qed.

Lemma sums_zero box r f : uniq (box_names box) -> (forall r', inside box r r' -> f r' = 0) -> sums box r f = 0.
Proof.
move=> uniq_box f0; rewrite (eq_sums (g := fun _ => 0) uniq_box f0).
by elim: box r {uniq_box f0} => [|[v n] box IH] r //=; apply: sum_zero.
Qed.

Lemma sums_add box r f g : sums box r (fun r' => f r' + g r') = sums box r f + sums box r g.
Proof. by elim: box r => [|[v n] box IH] r //=; rewrite -sum_add; apply: eq_sum => x _; apply: IH. Qed.

Lemma sums_scale box r f (a : R) : sums box r (fun r' => a * f r') = a * sums box r f.
Proof. by elim: box r => [|[v n] box IH] r //=; rewrite -sum_scale; apply: eq_sum => x _; apply: IH. Qed.

Lemma drop_absent box v : v \notin box_names box -> [seq w <- box | w.1 != v] = box.
Proof. by move=> v_box; apply/all_filterP/allP => u u_box; apply: contraNneq v_box => <-; apply: map_f. Qed.

Lemma box_names_cons v n box : uniq (box_names ((v, n) :: box)) = (v \notin box_names box) && uniq (box_names box).
Proof. by []. Qed.

(* Any range can be made the innermost one. *)
Lemma sums_inner box r f v n : respects f -> uniq (box_names box) -> (v, n) \in box ->
  sums box r f = sums [seq w <- box | w.1 != v] r (fun r' => sumZ n (fun x => f (upd r' v x))).
Proof.
move=> f_ext; elim: box r => [|[w m] box IH] r //= /andP[w_box uniq_box]; rewrite inE.
case/orP => [/eqP[eq_v eq_n]|v_box].
  rewrite -eq_v -{}eq_n {IH} in w_box *; rewrite eqxx /= drop_absent //.
  elim: box r w_box uniq_box => [|[u k] box IH] r //=; rewrite inE => /norP[v_u v_box] /andP[_ uniq_box].
  rewrite sum_swap; apply: eq_sum => y _; rewrite -IH //; apply: eq_sum => x _.
  by apply: sums_respects => //; apply: upd_swap.
have -> : w != v by apply: contraNneq w_box => ->; apply/mapP; exists (v, n).
by apply: eq_sum => y _; apply: IH.
Qed.

Lemma sums_perm box box' r f : respects f -> uniq (box_names box) -> perm_eq box box' -> sums box r f = sums box' r f.
Proof.
move=> f_ext; elim: box box' r f f_ext => [|[v n] box IH] box' r f f_ext.
  by move=> _ /perm_size /esym /size0nil ->.
move=> uniq_box eq_box.
have uniq_box' : uniq (box_names box') by rewrite -(perm_uniq (perm_map (fun w => w.1) eq_box)).
rewrite (sums_inner r f_ext uniq_box' (v := v) (n := n)) -?(perm_mem eq_box) ?inE ?eqxx //.
rewrite (sums_inner r f_ext uniq_box (v := v) (n := n)) ?inE ?eqxx //.
move: uniq_box; rewrite box_names_cons => /andP[v_box uniq_box].
have := perm_filter (fun w : nat * Z => w.1 != v) eq_box; rewrite /= eqxx /= drop_absent // => eq_rest.
by apply: IH => // r1 r2 eq_r; apply: eq_sum => x _; apply: f_ext; apply: eq_upd.
Qed.
End Nested.
