(* Polynomials with integer coefficients in named variables, and their values.

   A polynomial is a list of monomials (coefficient, sorted names with repetition), without a coefficient 0, in the
   order of degree and then of the words of names.  This order is kept by products with a monomial, so that sums are
   merges.  Every lemma below holds for lists that are in no order, too: order matters only to the success of
   comparisons. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify ssrZ.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with Z.
Global Arguments Z.add : simpl never.
Global Arguments Z.sub : simpl never.
Global Arguments Z.opp : simpl never.
Global Arguments Z.mul : simpl never.
Global Arguments Z.leb : simpl never.
Global Arguments Z.ltb : simpl never.
Global Arguments Z.eqb : simpl never.
Global Arguments Z.div : simpl never.
Global Arguments Z.max : simpl never.
Global Arguments Z.of_nat : simpl never.
Global Arguments Z.to_nat : simpl never.

Definition poly := seq (Z * seq nat).

Definition constant (c : Z) : poly := if Z.eqb c 0 then [::] else [:: (c, [::])].
Definition variable (x : nat) : poly := [:: (1%Z, [:: x])].

Fixpoint lexical (m n : seq nat) : comparison :=
  match m, n with
  | [::], [::] => Eq
  | [::], _ => Lt
  | _, [::] => Gt
  | x :: m', y :: n' => if Nat.compare x y is Eq then lexical m' n' else Nat.compare x y
  end.
Definition order (m n : seq nat) : comparison :=
  if Nat.compare (size m) (size n) is Eq then lexical m n else Nat.compare (size m) (size n).

Fixpoint add (p : poly) : poly -> poly :=
  fix add_p (q : poly) : poly :=
    match p, q with
    | [::], _ => q
    | _, [::] => p
    | (c, m) :: p', (d, n) :: q' =>
      match order m n with
      | Lt => (c, m) :: add p' q
      | Gt => (d, n) :: add_p q'
      | Eq => if Z.eqb (c + d) 0 then add p' q' else ((c + d)%Z, m) :: add p' q'
      end
    end.
Definition times (c : Z) (m : seq nat) (p : poly) : poly := [seq ((c * t.1)%Z, merge leq m t.2) | t <- p].
Definition opp (p : poly) : poly := [seq ((- t.1)%Z, t.2) | t <- p].
Definition sub (p q : poly) : poly := add p (opp q).
Definition mul (p q : poly) : poly := foldr (fun t total => add (times t.1 t.2 q) total) [::] p.

Global Arguments constant : simpl never.
Global Arguments variable : simpl never.
Global Arguments times : simpl never.

(* The normal form of any list of monomials. *)
Definition normal (p : poly) : poly :=
  foldr (fun t total => add (times t.1 (sort leq t.2) (constant 1)) total) [::] [seq t <- p | ~~ Z.eqb t.1 0].

(* Which names occur. *)
Definition uses (xs : seq nat) (p : poly) : bool := has (fun t => has (mem xs) t.2) p.
Global Arguments uses : simpl never.
Definition within (xs : seq nat) (p : poly) : bool := all (fun t => all (mem xs) t.2) p.
Definition names (p : poly) : seq nat := flatten [seq t.2 | t <- p].

(* Put polynomials for several names at once. *)
Definition values := seq (nat * poly).
Fixpoint value (s : values) (x : nat) : option poly :=
  if s is (y, e) :: s' then if x == y then Some e else value s' x else None.
Definition put_monomial (s : values) (t : Z * seq nat) : poly :=
  foldr (fun x p => if value s x is Some e then mul e p else times 1 [:: x] p) (constant t.1) t.2.
Definition touched (s : values) (t : Z * seq nat) : bool := has (fun x => isSome (value s x)) t.2.
Definition put (s : values) (p : poly) : poly :=
  foldr (fun t total => add (put_monomial s t) total) [seq t <- p | ~~ touched s t] [seq t <- p | touched s t].

(* The coefficient of a variable by itself. *)
Fixpoint slope (x : nat) (p : poly) : Z :=
  if p is (c, m) :: p' then if m == [:: x] then c else slope x p' else 0%Z.

Definition negative_constant (p : poly) : bool := if p is [:: (c, [::])] then Z.ltb c 0 else false.

(* Values. *)
Definition env := nat -> Z.
Fixpoint product (r : env) (m : seq nat) : Z := if m is x :: m' then (r x * product r m')%Z else 1%Z.
Fixpoint ev (r : env) (p : poly) : Z := if p is (c, m) :: p' then (c * product r m + ev r p')%Z else 0%Z.
Definition assign (s : values) (r : env) : env := fun x => if value s x is Some e then ev r e else r x.
Definition upd (r : env) (x : nat) (a : Z) : env := fun y => if y == x then a else r y.

Section Values.
Implicit Types (r : env) (p q : poly) (s : values).
Local Open Scope Z_scope.

Lemma product_cat r m n : product r (m ++ n) = product r m * product r n.
Proof. elim: m => [|x m IH] /=; [lia | rewrite IH; ring]. Qed.

Lemma product_perm r m n : perm_eq m n -> product r m = product r n.
Proof.
elim: m n => [|x m IH] n mn; first by move: (perm_size mn); case: n mn.
have [xn eq_mn] : x \in n /\ perm_eq m (rem x n).
  have xn : x \in n by rewrite -(perm_mem mn) inE eqxx.
  by split=> //; rewrite -(perm_cons x); apply: perm_trans mn (perm_to_rem xn).
rewrite /= (IH _ eq_mn); elim: n xn {mn eq_mn} => [|y n IHn] //=; rewrite inE eq_sym.
by case: (y =P x) => [->|_] //= /IHn <-; ring.
Qed.

Lemma product_merge r m n : product r (merge leq m n) = product r m * product r n.
Proof. by rewrite -product_cat; apply: product_perm; rewrite perm_merge. Qed.

Lemma lexical_eq m n : lexical m n = Eq -> m = n.
Proof.
elim: m n => [|x m IH] [|y n] //=; case E: (Nat.compare x y) => // /IH ->.
by move/Nat.compare_eq_iff: E => ->.
Qed.

Lemma order_eq m n : order m n = Eq -> m = n.
Proof. by rewrite /order; case: Nat.compare => // /lexical_eq. Qed.

Lemma ev_constant r c : ev r (constant c) = c.
Proof. by rewrite /constant; case: (Z.eqb_spec c 0) => /=; lia. Qed.

Lemma ev_variable r x : ev r (variable x) = r x.
Proof. by rewrite /variable /= Z.mul_1_r Z.add_0_r Z.mul_1_l. Qed.

Lemma ev_add r p q : ev r (add p q) = ev r p + ev r q.
Proof.
elim: p q => [|[c m] p IH] q; first by case: q.
elim: q => [|[d n] q IHq] /=; first by lia.
case E: (order m n) => /=; [|by rewrite IH /=; lia | by rewrite IHq /=; lia].
by rewrite (order_eq E); case: Z.eqb_spec => h /=; rewrite IH; nia.
Qed.

Global Arguments add : simpl never.

Lemma ev_times r c m p : ev r (times c m p) = c * product r m * ev r p.
Proof. rewrite /times; elim: p => [|[d n] p IH] /=; [lia | rewrite IH product_merge; ring]. Qed.

Lemma ev_opp r p : ev r (opp p) = - ev r p.
Proof. by elim: p => [|[d n] p IH] //=; rewrite IH; ring. Qed.

Lemma ev_sub r p q : ev r (sub p q) = ev r p - ev r q.
Proof. by rewrite ev_add ev_opp; lia. Qed.

Lemma ev_mul r p q : ev r (mul p q) = ev r p * ev r q.
Proof. elim: p => [|[c m] p IH] //=; rewrite ev_add ev_times IH; ring. Qed.

Lemma ev_normal r p : ev r (normal p) = ev r p.
Proof.
rewrite /normal; elim: p => [|[c m] p IH] //=; case: (Z.eqb_spec c 0) => [->|_]; rewrite ?IH //.
by rewrite ev_add ev_times ev_constant (product_perm r (permEl (perm_sort leq m))) IH /=; ring.
Qed.

Lemma ev_put_monomial r s t : ev r (put_monomial s t) = t.1 * product (assign s r) t.2.
Proof.
case: t => c m; rewrite /put_monomial /=; elim: m => [|x m IH] /=; first by rewrite ev_constant; lia.
rewrite [assign s r x]/assign; case: (value s x) => [e|]; first by rewrite ev_mul IH; ring.
by rewrite ev_times IH /=; ring.
Qed.

Lemma product_untouched r s t : ~~ touched s t -> product (assign s r) t.2 = product r t.2.
Proof.
case: t => c m; rewrite /touched /=; elim: m => [|x m IH] //= /norP[free /IH ->].
by move: free; rewrite /assign; case: (value s x).
Qed.

Lemma ev_put r s p : ev r (put s p) = ev (assign s r) p.
Proof.
have summed total l :
  ev r (foldr (fun t => add (put_monomial s t)) total l) = ev r total + ev (assign s r) l.
  by elim: l => [|[c m] l IH] /=; [lia | rewrite ev_add ev_put_monomial IH /=; lia].
rewrite /put summed; elim: p {summed} => [|[c m] p IH] //=.
case: (boolP (touched s (c, m))) => [_|/(product_untouched r) /= ->] /=; rewrite -IH; lia.
Qed.

Lemma uses_cons xs t p : uses xs (t :: p) = has (mem xs) t.2 || uses xs p.
Proof. by []. Qed.

Lemma ev_agree r r' p : (forall x, uses [:: x] p -> r x = r' x) -> ev r p = ev r' p.
Proof.
elim: p => [|[c m] p IH] //= h; rewrite IH => [|x x_p]; last by apply: h; rewrite uses_cons x_p orbT.
congr (_ * _ + _); have {}h x : x \in m -> r x = r' x.
  by move=> x_m; apply: h; rewrite uses_cons; apply/orP; left; apply/hasP; exists x; rewrite //= inE.
elim: m h {IH} => [|x m IHm] //= h; rewrite h ?inE ?eqxx // IHm // => y y_m.
by rewrite h // inE y_m orbT.
Qed.

Lemma uses_in xs x p : uses [:: x] p -> x \in xs -> uses xs p.
Proof.
move=> /hasP[t t_p /hasP[y y_t]]; rewrite /= inE => /eqP eq_yx x_xs.
by apply/hasP; exists t => //; apply/hasP; exists y => //=; rewrite eq_yx.
Qed.

Lemma within_in xs x p : within xs p -> uses [:: x] p -> x \in xs.
Proof.
move=> /allP h /hasP[t /h /allP in_xs /hasP[y /in_xs /= y_xs]].
by rewrite /= inE => /eqP <-.
Qed.

(* A value away from the names of the polynomial does not matter. *)
Lemma ev_off xs r r' p : ~~ uses xs p -> (forall x, x \notin xs -> r x = r' x) -> ev r p = ev r' p.
Proof.
move=> free h; apply: ev_agree => x x_p; apply: h; apply: contraNN free; exact: uses_in.
Qed.

Lemma ev_within xs r r' p : within xs p -> (forall x, x \in xs -> r x = r' x) -> ev r p = ev r' p.
Proof. move=> inside h; apply: ev_agree => x x_p; apply: h; exact: within_in x_p. Qed.

Lemma ev_eq r r' p : r =1 r' -> ev r p = ev r' p.
Proof. by move=> h; apply: ev_agree => x _; apply: h. Qed.

Lemma ev_put1 r x e p : ev r (put [:: (x, e)] p) = ev (upd r x (ev r e)) p.
Proof. by rewrite ev_put; apply: ev_eq => y; rewrite /assign /upd /=; case: eqP. Qed.

Lemma ev_upd r x a p : ~~ uses [:: x] p -> ev (upd r x a) p = ev r p.
Proof. by move=> free; apply: (ev_off free) => y; rewrite inE /upd => /negbTE ->. Qed.

Lemma negative_constantP r p : negative_constant p -> ev r p < 0.
Proof. by case: p => [|[c [|x m]] [|t p]] //= /Z.ltb_spec0; lia. Qed.

End Values.
