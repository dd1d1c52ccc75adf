(* The checker: a certificate is a list of steps that takes terms out of a list and puts in others of the same sum,
   until nothing is left of left - right. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import ssrZ.
From Symconv Require Import Polynomials Terms Evidence Rules.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(* Statements: defined names, polynomials that are assumed >= 0, and the two sides. *)
Inductive definition_kind := Floor | Max.
Definition definition := (definition_kind * nat * poly * poly)%type.
Record sequent := Sequent {
  defined : seq definition;
  assumed : seq poly;
  left_side : seq term;
  right_side : seq term
}.

(* One constructor a rule; j and k are positions of terms, i of brackets, all other numbers names. *)
Inductive step :=
| Point (j v i : nat)
| Brackets (j : nat) (new : seq bracket) (forth back : seq bracket_proof)
| Empty (j : nat) (p : proof)
| Case (j : nat) (p : poly)
| Complement (j i : nat)
| Reindex (j v : nat) (negative : bool) (c m : poly) (p1 p2 p3 p4 : proof)
| Split (j v q r : nat) (N M : poly) (p1 p2 : proof)
| Join (j q r v : nat) (p1 p2 : proof)
| SumUp (j v : nat) (F : poly) (i : option nat) (p : proof) (q : option proof)
| Rewrite (j : nat) (coefficient : poly) (numerators : seq poly) (factors : seq factor) (proofs : seq zero_proof)
| Define (j q : nat) (a b : poly) (p : proof)
| PutQuotient (j q : nat) (value : option (poly * zero_proof))
| Merge (j k : nat) (names : seq (nat * nat)).

Record certificate := Certificate { denominators : seq proof; scale : Z; steps : seq step }.

Definition zero_term : term := Term [::] [::] [::] [::] [::].
Definition nonzero (ts : seq term) : seq term := [seq t <- ts | coefficient t != [::]].

(* The positions of the terms that a step takes, and what it makes of them. *)
Definition taken (s : step) : seq nat :=
  match s with
  | Point j _ _ | Brackets j _ _ _ | Empty j _ | Case j _ | Complement j _ | Reindex j _ _ _ _ _ _ _ _
  | Split j _ _ _ _ _ _ _ | Join j _ _ _ _ _ | SumUp j _ _ _ _ _ | Rewrite j _ _ _ _ | Define j _ _ _ _
  | PutQuotient j _ _ => [:: j]
  | Merge j k _ => [:: j; k]
  end.
Definition results (c : context) (t : term) (s : step) (u : term) : option (seq term) :=
  match s with
  | Point _ v i => point t v i
  | Brackets _ new forth back => change_brackets c t [seq (b.1, normal b.2) | b <- new] forth back
  | Empty _ P => empty c t P
  | Case _ p => cases t (normal p)
  | Complement _ i => complement t i
  | Reindex _ v negative k m P1 P2 P3 P4 => reindex c t v negative (normal k) (normal m) P1 P2 P3 P4
  | Split _ v q r N M P1 P2 => split c t v q r (normal N) (normal M) P1 P2
  | Join _ q r v P1 P2 => join c t q r v P1 P2
  | SumUp _ v F i P Q => sum_up c t v (normal F) i P Q
  | Rewrite _ p numerators fs Ps =>
    rewrite_term c t (normal p) (map normal numerators) [seq (f.1, map normal f.2) | f <- fs] Ps
  | Define _ q a b _ => define c t q (normal a) (normal b)
  | PutQuotient _ q None => put_quotient_value c t q None
  | PutQuotient _ q (Some (e, P)) => put_quotient_value c t q (Some (normal e, P))
  | Merge _ _ names => merge t u names
  end.

Definition apply_step (c : context) (ts : seq term) (s : step) : option (seq term) :=
  let js := taken s in
  if all (fun j => j < size ts) js && uniq js then
    if results c (nth zero_term ts (nth 0 js 0)) s (nth zero_term ts (nth 0 js 1)) is Some new then
      some_if (all (well_formed c) new)
        ([seq x.2 | x <- zip (iota 0 (size ts)) ts & x.1 \notin js] ++ nonzero new)
    else None
  else None.

Fixpoint run (c : context) (ts : seq term) (ss : seq step) : option (seq term) :=
  if ss is s :: ss' then if apply_step c ts s is Some ts' then run c ts' ss' else None else Some ts.

(* What is known on global names, after proofs that all denominators are >= 1. *)
Definition definition_facts (d : definition) : seq poly :=
  let: (kind, x, a, b) := d in
  match kind with
  | Floor => quotient_facts (x, a, b)
  | Max => let above := sub (variable x) a in let above' := sub (variable x) b in
           [:: above; above'; opp (mul above above')]
  end.
(* The facts of the definitions, and the proofs that are left; a denominator may use the facts of earlier ones. *)
Fixpoint define_all (known assumed : seq poly) (ds : seq definition) (Ps : seq proof) : option (seq poly * seq proof) :=
  match ds, Ps with
  | [::], _ => Some (known, Ps)
  | (Floor, _, _, b) as d :: ds', P :: Ps' =>
    if shows_ge (known ++ assumed) (sub b one) P then define_all (known ++ definition_facts d) assumed ds' Ps' else None
  | (Max, _, _, _) as d :: ds', _ => define_all (known ++ definition_facts d) assumed ds' Ps
  | _, _ => None
  end.
Fixpoint definitions_in_order (ds : seq definition) : bool :=
  if ds is (_, x, a, b) :: ds' then
    let later := x :: [seq d.1.1.2 | d <- ds'] in
    [&& uniq later, ~~ uses later a, ~~ uses later b & definitions_in_order ds']
  else true.

Definition term_names (t : term) : seq nat :=
  names (coefficient t) ++ flatten [seq names v.2 | v <- ranges t] ++
  flatten [seq names q.1.2 ++ names q.2 | q <- quotients t] ++ flatten [seq names b.2 | b <- brackets t] ++
  flatten [seq flatten (map names f.2) | f <- factors t].
Definition global_names (S : sequent) : seq nat :=
  undup (flatten [seq d.1.1.2 :: names d.1.2 ++ names d.2 | d <- defined S] ++ flatten (map names (assumed S)) ++
         flatten [seq [seq x <- term_names t | x \notin binders t] | t <- left_side S ++ right_side S]).

Definition new_denominators (ss : seq step) : seq (poly * proof) :=
  pmap (fun s => if s is Define _ _ _ b P then Some (normal b, P) else None) ss.

Definition check_context (S : sequent) (C : certificate) : option context :=
  if define_all [::] (assumed S) (defined S) (denominators C) is Some (known, Ps) then
    let H := known ++ assumed S in
    let needed := flatten [seq [seq q.2 | q <- quotients t] | t <- left_side S ++ right_side S] in
    let new := new_denominators (steps C) in
    let c := Context (global_names S) H (undup (needed ++ map fst new)) in
    some_if [&& definitions_in_order (defined S), all2 (fun b P => shows_ge H (sub b one) P) needed Ps,
                all (fun x => shows_ge H (sub x.1 one) x.2) new, well_formed_context c &
                all (well_formed c) (left_side S ++ right_side S)] c
  else None.

Definition scaled (d : Z) (ts : seq term) : seq term :=
  [seq with_coefficient t (mul (constant d) (coefficient t)) | t <- ts].
Definition check (S : sequent) (C : certificate) : bool :=
  if check_context S C is Some c then
    let ts := nonzero (scaled (scale C) (left_side S) ++ scaled (- scale C) (right_side S)) in
    [&& Z.ltb 0 (scale C), all (well_formed c) ts & if run c ts (steps C) is Some [::] then true else false]
  else false.
