(* What is exported rests on this: where the checker accepts the sequent of a statement, the statement holds. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg ssrint.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Checker Soundness.
From Symconv Require Import Statements Flattening Inlining Numbers.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(* A statement without tensors is about integers; any multiple of both sides decides it. *)
Definition check_numbers (S : statement) (C : certificate) : bool :=
  are_numbers S && if flattened S is Some s then check s C else false.

Lemma underP r cs (goal : Prop) : (all_ge r (flatten (map facts_of_condition cs)) -> goal) -> under r cs goal.
Proof.
elim: cs => [|c cs IH] /=; first by apply.
move=> h c_r; apply: IH => facts_cs; apply: h => f; rewrite mem_cat => /orP[]; last exact: facts_cs.
exact: condition_facts.
Qed.

Lemma named_assigned r ds : foldl named r ds =
  foldl assigned r [seq (d.1.1.1, d.1.1.2, polynomial d.1.2, polynomial d.2) | d <- ds].
Proof. by elim: ds r => [|[[[k x] a] b] ds IH] r //=; rewrite IH /assigned !ev_polynomial. Qed.

Section Statement.
Variables (S : statement) (s : sequent).
Hypothesis flat : flattened S = Some s.

Lemma flat_defined : defined s = [seq (d.1.1.1, d.1.1.2, polynomial d.1.2, polynomial d.2) | d <- names_defined S].
Proof.
move: flat; rewrite /flattened; case: flat_side => [l|] //; case: flat_side => [r|] //.
by case/(@some_ifP _ _ _ _) => _ <-.
Qed.

Lemma flat_assumed : assumed s = flatten (map facts_of_condition (conditions S)).
Proof.
move: flat; rewrite /flattened; case: flat_side => [l|] //; case: flat_side => [r|] //.
by case/(@some_ifP _ _ _ _) => _ <-.
Qed.

Lemma flat_sides (R : comRingType) (T : nat -> seq Z -> R) r :
  let T' := foldl (extended r) T (tensors_defined S) in
  side T' r (left_hand S) = total T r (left_side s) /\ side T' r (right_hand S) = total T r (right_side s).
Proof.
move: flat; rewrite /flattened; case L: (flat_side _ _) => [l|] //; case K: (flat_side _ _) => [k|] //.
case/(@some_ifP _ _ _ _); rewrite /all_tidy !all_cat => /and3P[tidy_l tidy_k tidy_d] <- /=.
by split; apply: flat_sideP.
Qed.
End Statement.

Theorem certified S C : check_statement S C = true ->
  forall (R : comRingType) (T : nat -> seq Z -> R) (r : env), meaning T r S.
Proof.
rewrite /check_statement; case F: (flattened S) => [s|] // /andP[/Z.eqb_spec scale1 checked] R T r.
rewrite /meaning; apply: underP; rewrite -(flat_assumed F) => assumed_ge.
have [-> ->] := flat_sides F T (foldl named r (names_defined S)).
have order := check_in_order checked; apply: check_sound checked scale1 _ assumed_ge.
by rewrite named_assigned -(flat_defined F); apply: assigned_are_defined.
Qed.

Theorem certified_numbers S C : check_numbers S C = true -> forall r : env, numbers_meaning r S.
Proof.
rewrite /check_numbers /are_numbers all_cat => /andP[/andP[left_n right_n]].
case F: (flattened S) => [s|] // checked r.
rewrite /numbers_meaning; apply: underP; rewrite -(flat_assumed F) => assumed_ge.
set r' := foldl named r _ in assumed_ge *.
pose T : nat -> seq Z -> Z := fun _ _ => 0%Z.
pose T' := foldl (extended (R := [comRingType of Z]) r') T (tensors_defined S).
rewrite -!(numbers_sideE T') //; have [-> ->] := flat_sides F (R := [comRingType of Z]) T r'.
have order := check_in_order checked; apply: check_sound_for_integers checked _ assumed_ge.
by rewrite /r' named_assigned -(flat_defined F); apply: assigned_are_defined.
Qed.

Arguments certified [S C] _ R T r.
Arguments certified_numbers [S C] _ r.
