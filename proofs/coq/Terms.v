(* Terms of a sum, as data: a term is the sum over its ranges 0 <= v < n of
     coefficient * brackets * product of factors T[p, ...],
   where each quotient q is the name of floor(a / b) at a point of the sum.

   Extents n and denominators b use global names only, the numerator a of a quotient ranges and earlier quotients too,
   all else every name of the term.  No name has two roles.  A context says which names are global and what is known of
   them. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import ssrZ.
From Symconv Require Import Polynomials.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(* [p >= 0] and [p = 0] *)
Inductive kind := Ge | Eq.
Definition kind_eqb (k l : kind) : bool := match k, l with Ge, Ge | Eq, Eq => true | _, _ => false end.
Lemma kind_eqbP : Equality.axiom kind_eqb.
Proof. by case; case; constructor. Qed.
Canonical kind_eqType := EqType kind (EqMixin kind_eqbP).

Definition bracket := (kind * poly)%type.
Definition quotient := (nat * poly * poly)%type.
Definition factor := (nat * seq poly)%type.

Record term := Term {
  coefficient : poly;
  ranges : seq (nat * poly);
  quotients : seq quotient;
  brackets : seq bracket;
  factors : seq factor
}.

(* Names that are the same throughout a statement; polynomials in them that are >= 0, and some that are >= 1. *)
Record context := Context { globals : seq nat; hypotheses : seq poly; positive : seq poly }.

Definition range_names (vs : seq (nat * poly)) : seq nat := [seq v.1 | v <- vs].
Definition quotient_names (qs : seq quotient) : seq nat := [seq q.1.1 | q <- qs].
Definition binders (t : term) : seq nat := range_names (ranges t) ++ quotient_names (quotients t).

Definition with_coefficient (t : term) (p : poly) : term :=
  Term p (ranges t) (quotients t) (brackets t) (factors t).
Definition with_ranges (t : term) (vs : seq (nat * poly)) : term :=
  Term (coefficient t) vs (quotients t) (brackets t) (factors t).
Definition with_quotients (t : term) (qs : seq quotient) : term :=
  Term (coefficient t) (ranges t) qs (brackets t) (factors t).
Definition with_brackets (t : term) (bs : seq bracket) : term :=
  Term (coefficient t) (ranges t) (quotients t) bs (factors t).

(* Polynomials put for names at each point of the sum. *)
Definition put_bracket (s : values) (b : bracket) : bracket := (b.1, put s b.2).
Definition put_quotient (s : values) (q : quotient) : quotient := (q.1.1, put s q.1.2, q.2).
Definition put_factor (s : values) (f : factor) : factor := (f.1, map (put s) f.2).
Definition put_term (s : values) (t : term) : term :=
  Term (put s (coefficient t)) (ranges t) (map (put_quotient s) (quotients t)) (map (put_bracket s) (brackets t))
       (map (put_factor s) (factors t)).

Definition remove_at (A : Type) (i : nat) (s : seq A) : seq A := take i s ++ drop i.+1 s.
Definition without (v : nat) (vs : seq (nat * poly)) : seq (nat * poly) := [seq w <- vs | w.1 != v].

(* Where every polynomial of a term but those outside the sum is free of names; and where those are within names. *)
Definition free_inside (xs : seq nat) (t : term) : bool :=
  [&& ~~ uses xs (coefficient t), all (fun q : quotient => ~~ uses xs q.1.2) (quotients t),
      all (fun b : bracket => ~~ uses xs b.2) (brackets t) &
      all (fun f : factor => all (fun p => ~~ uses xs p) f.2) (factors t)].
Definition within_inside (xs : seq nat) (t : term) : bool :=
  [&& within xs (coefficient t), all (fun q : quotient => within xs q.1.2) (quotients t),
      all (fun b : bracket => within xs b.2) (brackets t) &
      all (fun f : factor => all (within xs) f.2) (factors t)].

(* Every numerator uses earlier quotients only. *)
Fixpoint in_order (qs : seq quotient) : bool :=
  if qs is (q, a, b) :: qs' then ~~ uses (q :: quotient_names qs') a && in_order qs' else true.

Definition well_formed (c : context) (t : term) : bool :=
  [&& uniq (binders t), ~~ has (mem (globals c)) (binders t),
      all (fun v : nat * poly => within (globals c) v.2) (ranges t),
      all (fun q : quotient => q.2 \in positive c) (quotients t),
      in_order (quotients t) & within_inside (globals c ++ binders t) t].

Definition well_formed_context (c : context) : bool :=
  all (within (globals c)) (hypotheses c) && all (within (globals c)) (positive c).

(* Facts: polynomials that are >= 0 wherever a summand counts, in the order in which proofs refer to them. *)
Definition range_facts (v : nat * poly) : seq poly := [:: variable v.1; sub (sub v.2 (constant 1)) (variable v.1)].
Definition bracket_facts (b : bracket) : seq poly := if b.1 is Ge then [:: b.2] else [:: b.2; opp b.2].
Definition quotient_facts (q : quotient) : seq poly :=
  let rest := sub q.1.2 (mul q.2 (variable q.1.1)) in [:: rest; sub (sub q.2 (constant 1)) rest].
Definition facts (c : context) (t : term) : seq poly :=
  hypotheses c ++ flatten (map range_facts (ranges t)) ++ flatten (map bracket_facts (brackets t)) ++
  flatten (map quotient_facts (quotients t)).

(* Names, and the quotients that depend on them, directly or by other quotients. *)
Fixpoint late (xs : seq nat) (qs : seq quotient) : seq nat :=
  if qs is (q, a, b) :: qs' then late (if uses xs a then q :: xs else xs) qs' else xs.

(* The term without the brackets that depend on names. *)
Definition settled_without (xs : seq nat) (t : term) : term :=
  with_brackets t [seq b <- brackets t | ~~ uses (late xs (quotients t)) b.2].
