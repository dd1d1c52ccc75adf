(* Proofs of side conditions by expanding products.

   A proof refutes facts, polynomials said to be >= 0: products of them with factors > 0, and multiples of equations
   among them, add up to a negative constant.  It shows p >= 0 by refuting the facts together with -p - 1 >= 0.  An
   equation is a fact whose negative is a fact too. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Terms.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(* products: (c, positions of facts); equations: (position of a fact, multiple) *)
Record proof := Refute { products : seq (Z * seq nat); equations : seq (nat * poly) }.
Inductive zero_proof := Both (above below : proof) | Multiples (equations : seq (nat * poly)).
Inductive bracket_proof := ForGe (p : proof) | ForEq (p : zero_proof).

Definition are_equations (F : seq poly) (l : seq (nat * poly)) : bool := all (fun e => opp (nth [::] F e.1) \in F) l.
Definition sum_of_multiples (F : seq poly) (l : seq (nat * poly)) : poly :=
  foldr (fun e total => add (mul (normal e.2) (nth [::] F e.1)) total) [::] l.
Definition expanded (F : seq poly) (t : Z * seq nat) : poly :=
  foldr (fun i p => mul (nth [::] F i) p) (constant t.1) t.2.
Definition sum_of_products (F : seq poly) (l : seq (Z * seq nat)) : poly :=
  foldr (fun t total => add (expanded F t) total) [::] l.

Definition refutes (F : seq poly) (P : proof) : bool :=
  [&& all (fun t => Z.ltb 0 t.1) (products P), are_equations F (equations P) &
      negative_constant (add (sum_of_multiples F (equations P)) (sum_of_products F (products P)))].
Definition shows_ge (F : seq poly) (p : poly) (P : proof) : bool := refutes (rcons F (sub (opp p) (constant 1))) P.
Definition shows_zero (F : seq poly) (p : poly) (P : zero_proof) : bool :=
  match P with
  | Both above below => shows_ge F p above && shows_ge F (opp p) below
  | Multiples l => are_equations F l && (sum_of_multiples F l == p)
  end.
Definition shows_bracket (F : seq poly) (b : bracket) (P : bracket_proof) : bool :=
  match b.1, P with
  | Ge, ForGe P => shows_ge F b.2 P
  | Eq, ForEq P => shows_zero F b.2 P
  | _, _ => false
  end.

Section Soundness.
Local Open Scope Z_scope.
Variables (r : env) (F : seq poly).
Hypothesis F_ge : forall f, f \in F -> 0 <= ev r f.

Lemma nth_ge i : 0 <= ev r (nth [::] F i).
Proof. by case: (ltnP i (size F)) => h; [apply/F_ge/mem_nth | rewrite nth_default //=; lia]. Qed.

Lemma sum_of_multiplesP l : are_equations F l -> ev r (sum_of_multiples F l) = 0.
Proof.
elim: l => [|[i p] l IH] //= /andP[/F_ge neg /IH {}IH].
have pos := @nth_ge i; move: neg; rewrite ev_opp ev_add ev_mul IH => neg.
by rewrite (_ : ev r (nth [::] F i) = 0); lia.
Qed.

Lemma expandedP t : 0 < t.1 -> 0 <= ev r (expanded F t).
Proof.
case: t => c l /= c_gt; elim: l => [|i l IH]; first by rewrite /expanded ev_constant /=; lia.
rewrite /= ev_mul; apply: Z.mul_nonneg_nonneg => //; exact: (@nth_ge i).
Qed.

Lemma refutesP P : ~~ refutes F P.
Proof.
apply/negP => /and3P[pos eqs /(negative_constantP r)]; rewrite ev_add (sum_of_multiplesP eqs).
have: 0 <= ev r (sum_of_products F (products P)); last by lia.
elim: (products P) pos => [|t l IH] //= /andP[/Z.ltb_spec0 pos /IH {}IH].
by rewrite ev_add; have := expandedP pos; lia.
Qed.
End Soundness.

Section Shown.
Local Open Scope Z_scope.
Variables (r : env) (F : seq poly).
Hypothesis F_ge : forall f, f \in F -> 0 <= ev r f.

Lemma shows_geP p P : shows_ge F p P -> 0 <= ev r p.
Proof.
move=> shown; case: (Z.leb_spec0 0 (ev r p)) => // /Z.nle_gt neg.
suff: ~~ shows_ge F p P by rewrite shown.
apply: (@refutesP r) => f; rewrite mem_rcons inE => /orP[/eqP ->|/F_ge //].
by rewrite ev_sub ev_opp ev_constant; lia.
Qed.

Lemma shows_zeroP p P : shows_zero F p P -> ev r p = 0.
Proof.
case: P => [above below|l] /= /andP[].
  by move=> /shows_geP h1 /shows_geP; rewrite ev_opp; lia.
by move=> eqs /eqP <-; exact: sum_of_multiplesP.
Qed.
End Shown.
