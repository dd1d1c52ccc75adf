(* Statements without tensors are about integers: their meaning in plain arithmetic of Z, and that it is the meaning in
   the ring of integers. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg ssrint.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Checker Statements Flattening.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Definition sum_integers (n : Z) (f : Z -> Z) : Z := foldr Z.add 0%Z [seq f x | x <- interval n].

Fixpoint summed_integers (r : env) (vs : seq (nat * integer)) (f : env -> Z) : Z :=
  if vs is (v, n) :: vs' then sum_integers (iev r n) (fun x => summed_integers (upd r v x) vs' f) else f r.
Definition weighted_integers (r : env) (c : integer) (s : seq Z) : Z :=
  match c, s with
  | IC 1, b :: s' => foldl Z.mul b s'
  | _, _ => foldl Z.mul (iev r c) s
  end.
Definition number (r : env) (t : summand_of) : Z :=
  summed_integers r (over t) (fun r =>
    let r := floored r (floors t) in
    weighted_integers r (weighted_by t) [seq Z.b2z (is_true_at r c) | c <- where_ t]).
Definition numbers_side (r : env) (ts : seq summand_of) : Z :=
  if [seq number r t | t <- ts] is a :: s then foldl Z.add a s else 0%Z.
Definition numbers_meaning (r : env) (S : statement) : Prop :=
  let r := foldl named r (names_defined S) in
  under r (conditions S) (numbers_side r (left_hand S) = numbers_side r (right_hand S)).

Definition is_number (t : summand_of) : bool := if entries t is [::] then true else false.
Definition are_numbers (S : statement) : bool := all is_number (left_hand S ++ right_hand S).

Notation "\sum[ u < n ] F" := (sum_integers n%Z (fun u : Z => F))
  (at level 41, u name, n at level 69, F at level 41, right associativity, format "\sum[ u  <  n ]  F") : Z_scope.
Notation "[? a <= b ]" := (Z.b2z (Z.leb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  <=  b ]") : Z_scope.
Notation "[? a < b ]" := (Z.b2z (Z.ltb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  <  b ]") : Z_scope.
Notation "[? a = b ]" := (Z.b2z (Z.eqb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  =  b ]") : Z_scope.

(* The ring of integers. *)
Section Ring.
Import GRing.Theory.
Local Open Scope ring_scope.
Variable T : nat -> seq Z -> Z.

Lemma zr_integer (c : Z) : zr [comRingType of Z] c = c.
Proof. by rewrite /zr -ZInstances.Z_of_intE; lia. Qed.

Lemma sum_integersE n (f : Z -> Z) : sumZ (R := [comRingType of Z]) n f = sum_integers n f.
Proof. by rewrite /sumZ /sum_integers unlock /= /reducebig; elim: interval => [|x s /= ->]. Qed.

Lemma weighted_integersE r c (s : seq Z) : weighted (R := [comRingType of Z]) r c s = weighted_integers r c s.
Proof.
have general : foldl *%R (zr [comRingType of Z] (iev r c)) s = foldl Z.mul (iev r c) s by rewrite zr_integer.
by case: c general => [x|[|[p|p|]|p]|a b|a b|a b] //=; case: s.
Qed.

Lemma numberE r t : is_number t -> summand_value (R := [comRingType of Z]) T r t = number r t.
Proof.
rewrite /is_number /summand_value /number; case: (entries t) => // _.
elim: (over t) r => [|[v n] vs IH] r /=; first by rewrite cats0 weighted_integersE.
by rewrite -sum_integersE; apply: eq_sum => x _; apply: IH.
Qed.

Lemma numbers_sideE r ts : all is_number ts -> side (R := [comRingType of Z]) T r ts = numbers_side r ts.
Proof.
rewrite /side /numbers_side => numbers; congr sum_of; elim: ts numbers => [|t ts IH] //= /andP[t_number /IH ->].
by rewrite numberE.
Qed.
End Ring.
