(* The thirteen rules: functions that replace a term by terms with the same sum, or give None where they do not apply.
   Why each is right is proved in LocalRules, RangeRules, SplitJoin.  A rule leaves to the checker to see that its
   results are well formed, in particular that every quotient still uses earlier quotients only. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import ssrZ.
From Symconv Require Import Polynomials Terms Evidence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Definition some_if (A : Type) (condition : bool) (x : A) : option A := if condition then Some x else None.
Lemma some_ifP (A : Type) (b : bool) (x y : A) : some_if b x = Some y -> b /\ x = y.
Proof. by case: b => //= -[->]. Qed.
Global Arguments some_if : simpl never.
Definition one : poly := constant 1.

Section Rules.
Variables (c : context) (t : term).
Implicit Types (v q r : nat) (p e : poly).

Definition negation p : poly := sub (opp p) one.
Definition add_bracket (t : term) p : term := with_brackets t (rcons (brackets t) (Ge, p)).

(* SUM_(0 <= v < n) [v = e] f(v) = [0 <= e < n] f(e), where e does not change with v. *)
Definition point v (i : nat) : option (seq term) :=
  match value (ranges t) v, nth (Ge, [::]) (brackets t) i with
  | Some n, (Eq, p) =>
    let sign := slope v p in
    let e := times (- sign) [::] (sub p (times sign [::] (variable v))) in
    let rest := Term (coefficient t) (without v (ranges t)) (quotients t) (remove_at i (brackets t)) (factors t) in
    let result := add_bracket (add_bracket (put_term [:: (v, e)] rest) e) (sub (sub n one) e) in
    some_if (((sign == 1%Z) || (sign == (-1)%Z)) && ~~ uses [:: v] e) [:: result]
  | _, _ => None
  end.

(* The same points count: where the old brackets are 1, so are the new ones, and the other way round. *)
Definition same_bracket (b b' : bracket) : bool :=
  (b.1 == b'.1) && ((b.2 == b'.2) || ((b.1 == Eq) && (b.2 == opp b'.2))).
Definition among (bs : seq bracket) (b : bracket) : bool := has (same_bracket b) bs.
Definition change_brackets (new : seq bracket) (forth back : seq bracket_proof) : option (seq term) :=
  let changed := with_brackets t new in
  some_if (all2 (shows_bracket (facts c t)) [seq b <- new | ~~ among (brackets t) b] forth
           && all2 (shows_bracket (facts c changed)) [seq b <- brackets t | ~~ among new b] back) [:: changed].

(* The facts never hold together: no point counts. *)
Definition empty (P : proof) : option (seq term) := some_if (refutes (facts c t) P) [::].

(* [p >= 0] + [-p - 1 >= 0] = 1. *)
Definition cases p : option (seq term) := Some [:: add_bracket t p; add_bracket t (negation p)].

(* [p >= 0] f = f - [-p - 1 >= 0] f. *)
Definition complement (i : nat) : option (seq term) :=
  if nth (Eq, [::]) (brackets t) i is (Ge, p) then
    let rest := with_brackets t (remove_at i (brackets t)) in
    Some [:: rest; add_bracket (with_coefficient rest (opp (coefficient t))) (negation p)]
  else None.

(* v = sign * w + k is one to one; a v that counts has its w in 0 <= w < m, a w that counts its v in 0 <= v < n. *)
Definition reindex v (negative : bool) (k m : poly) (P1 P2 P3 P4 : proof) : option (seq term) :=
  if value (ranges t) v is Some n then
    let signed p := if negative then opp p else p in
    let forward := add (signed (variable v)) k in
    let backward := signed (sub (variable v) k) in
    let extents := [seq (w.1, if w.1 == v then m else w.2) | w <- ranges t] in
    let new := with_ranges (put_term [:: (v, forward)] t) extents in
    let before := facts c t in
    let after := facts c new in
    some_if [&& ~~ uses [:: v] k, shows_ge before backward P1, shows_ge before (sub (sub m one) backward) P2,
                shows_ge after forward P3 & shows_ge after (sub (sub n one) forward) P4] [:: new]
  else None.

(* v = q * M + r is one to one from 0 <= q < N, 0 <= r < M onto 0 <= v < N * M. *)
Definition split v q r (N M : poly) (P1 P2 : proof) : option (seq term) :=
  if value (ranges t) v is Some n then
    let halves w : seq (nat * poly) := if w.1 == v then [:: (q, N); (r, M)] else [:: w] in
    let new := with_ranges (put_term [:: (v, add (mul (variable q) M) (variable r))] t)
                           (flatten (map halves (ranges t))) in
    some_if [&& ~~ has (mem (globals c ++ binders t)) [:: q; r], n == mul N M, shows_ge (facts c t) N P1 &
                shows_ge (facts c t) M P2] [:: new]
  else None.

(* The same backwards: the new term is the one that splits into this one.  Being well formed, it is free of q and r. *)
Definition join q r v (P1 P2 : proof) : option (seq term) :=
  match value (ranges t) q, value (ranges t) r with
  | Some N, Some M =>
    let joined := [seq (if w.1 == q then (v, mul N M) else w) | w <- without r (ranges t)] in
    let new := with_ranges (put_term [:: (r, sub (variable v) (mul (variable q) M))] t) joined in
    some_if [&& q != r, v \notin globals c ++ binders t, shows_ge (facts c new) N P1 & shows_ge (facts c new) M P2]
      [:: new]
  | _, _ => None
  end.

(* SUM_(0 <= v < n) [v < m] (F(v + 1) - F(v)) = F(m) - F(0), where 0 <= m <= n; without a bracket, m = n. *)
Definition sum_result v (F m : poly) (rest : term) : term :=
  with_coefficient rest (sub (put [:: (v, m)] F) (put [:: (v, [::])] F)).
Definition sum_up v (F : poly) (i : option nat) (P : proof) (Q : option proof) : option (seq term) :=
  if value (ranges t) v is Some n then
    let difference := sub (put [:: (v, add (variable v) one)] F) F in
    let remaining := with_coefficient (with_ranges t (without v (ranges t))) [::] in
    if difference != coefficient t then None else
    match i, Q with
    | None, None =>
      some_if (free_inside [:: v] remaining && shows_ge (facts c remaining) n P) [:: sum_result v F n remaining]
    | Some i, Some Q =>
      if nth (Eq, [::]) (brackets t) i is (Ge, p) then
        let rest := with_brackets remaining (remove_at i (brackets t)) in
        let m := add (add p one) (variable v) in
        some_if [&& ~~ uses [:: v] m, free_inside [:: v] rest, shows_ge (facts c rest) m P &
                    shows_ge (facts c rest) (sub n m) Q] [:: sum_result v F m rest]
      else None
    | _, _ => None
    end
  else None.

(* Polynomials are replaced by others of the same values at each point that counts.  A new numerator could change a
   quotient, and with it which points count: it is proved by facts without the brackets that depend on such. *)
Definition rewrite_term (p : poly) (numerators : seq poly) (new_factors : seq factor) (Ps : seq zero_proof) :
    option (seq term) :=
  let new_quotients := [seq (x.1.1.1, x.2, x.1.2) | x <- zip (quotients t) numerators] in
  let changed := [seq x.1.1.1 | x <- zip (quotients t) numerators & x.1.1.2 != x.2] in
  let base := facts c t in
  let settled := facts c (settled_without changed t) in
  let pairs := (base, coefficient t, p)
    :: [seq (settled, x.1.1.2, x.2) | x <- zip (quotients t) numerators]
    ++ flatten [seq [seq (base, x.1, x.2) | x <- zip f.1.2 f.2.2] | f <- zip (factors t) new_factors] in
  let wanted := [seq x <- pairs | x.1.2 != x.2] in
  some_if [&& size numerators == size (quotients t),
              all2 (fun f f' : factor => (f.1 == f'.1) && (size f.2 == size f'.2)) (factors t) new_factors &
              all2 (fun x P => shows_zero x.1.1 (sub x.2 x.1.2) P) wanted Ps]
    [:: Term p (ranges t) new_quotients (brackets t) new_factors].

(* A new name for floor(a / b), where b >= 1 is known, changes nothing. *)
Definition define q a b : option (seq term) :=
  some_if (q \notin globals c ++ binders t) [:: with_quotients t (rcons (quotients t) (q, a, b))].

(* The quotient q has the value e, or is not used. *)
Definition put_quotient_value q (chosen : option (poly * zero_proof)) : option (seq term) :=
  let rest := with_quotients t [seq x <- quotients t | x.1.1 != q] in
  if q \notin quotient_names (quotients t) then None else
  if chosen is Some (e, P) then
    some_if (~~ uses [:: q] e && shows_zero (facts c (settled_without [:: q] t)) (sub (variable q) e) P)
      [:: put_term [:: (q, e)] rest]
  else some_if (free_inside [:: q] rest) [:: rest].

(* Two terms that are the same but for the names that they bind (name of the other's, name of this one's) and for the
   coefficient. *)
Fixpoint renamed (names : seq (nat * nat)) (x : nat) : nat :=
  if names is (v, w) :: names' then if x == v then w else renamed names' x else x.
Definition rename_term (names : seq (nat * nat)) (u : term) : term :=
  let put_in := put_term [seq (x.1, variable x.2) | x <- names] u in
  Term (coefficient put_in) [seq (renamed names v.1, v.2) | v <- ranges u]
       [seq (renamed names q.1.1, q.1.2, q.2) | q <- quotients put_in] (brackets put_in) (factors put_in).
Definition merge (u : term) (names : seq (nat * nat)) : option (seq term) :=
  let u' := rename_term names u in
  some_if [&& perm_eq [seq x.1 | x <- names] (binders u), perm_eq [seq x.2 | x <- names] (binders t),
              perm_eq (ranges t) (ranges u'), perm_eq (quotients t) (quotients u'),
              all (among (brackets u')) (brackets t), all (among (brackets t)) (brackets u') &
              perm_eq (factors t) (factors u')]
    [:: with_coefficient t (add (coefficient t) (coefficient u'))].
End Rules.
