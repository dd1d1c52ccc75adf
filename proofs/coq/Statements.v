(* Statements as a person reads them.

   A statement is data; its meaning is a proposition that computes to plain Gallina: sums, products, and entries of
   tensors, which are functions of integers.  Tensors may be defined by others, as a layer's output is.  `flattened`
   gives the sequent that a certificate is about. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Checker.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* Integers: IV x is the name with number x. *)
Inductive integer := IV (x : nat) | IC (c : Z) | IAdd (a b : integer) | ISub (a b : integer) | IMul (a b : integer).
Fixpoint iev (r : env) (e : integer) : Z :=
  match e with
  | IV x => r x
  | IC c => c
  | IAdd a b => iev r a + iev r b
  | ISub a b => iev r a - iev r b
  | IMul a b => iev r a * iev r b
  end%Z.
Fixpoint polynomial (e : integer) : poly :=
  match e with
  | IV x => variable x
  | IC c => constant c
  | IAdd a b => add (polynomial a) (polynomial b)
  | ISub a b => sub (polynomial a) (polynomial b)
  | IMul a b => mul (polynomial a) (polynomial b)
  end.

(* Conditions: a <= b, a < b, a = b. *)
Inductive comparison := CLe (a b : integer) | CLt (a b : integer) | CEq (a b : integer).
Definition is_true_at (r : env) (c : comparison) : bool :=
  match c with
  | CLe a b => Z.leb (iev r a) (iev r b)
  | CLt a b => Z.ltb (iev r a) (iev r b)
  | CEq a b => Z.eqb (iev r a) (iev r b)
  end.
Definition condition (r : env) (c : comparison) : Prop :=
  match c with
  | CLe a b => (iev r a <= iev r b)%Z
  | CLt a b => (iev r a < iev r b)%Z
  | CEq a b => iev r a = iev r b
  end.
Definition as_bracket (c : comparison) : bracket :=
  match c with
  | CLe a b => (Ge, sub (polynomial b) (polynomial a))
  | CLt a b => (Ge, sub (sub (polynomial b) one) (polynomial a))
  | CEq a b => (Terms.Eq, sub (polynomial a) (polynomial b))
  end.

(* A sum over ranges, with quotients (name, a, b), of coefficient * brackets * entries of tensors. *)
Record summand_of := Sum {
  weighted_by : integer;
  over : seq (nat * integer);
  floors : seq (nat * integer * integer);
  where_ : seq comparison;
  entries : seq (nat * seq integer)
}.
(* A tensor that is defined at any integers, named by its parameters, as a sum of sums. *)
Record tensor_definition := Tensor { tensor : nat; parameters : seq nat; defined_as : seq summand_of }.
Definition name_definition := (definition_kind * nat * integer * integer)%type.
Record statement := Statement {
  names_defined : seq name_definition;
  conditions : seq comparison;
  tensors_defined : seq tensor_definition;
  left_hand : seq summand_of;
  right_hand : seq summand_of
}.

Definition iverson (R : comRingType) (b : bool) : R := if b then 1 else 0.
Global Arguments iverson : clear implicits.

Section Meaning.
Variable R : comRingType.
Implicit Types (T : nat -> seq Z -> R) (r : env).

Fixpoint summed (r : env) (vs : seq (nat * integer)) (f : env -> R) : R :=
  if vs is (v, n) :: vs' then sumZ (iev r n) (fun x => summed (upd r v x) vs' f) else f r.
Fixpoint floored (r : env) (qs : seq (nat * integer * integer)) : env :=
  if qs is (q, a, b) :: qs' then floored (upd r q (iev r a / iev r b)%Z) qs' else r.
(* A product and a sum without superfluous 1 and 0. *)
Definition product_of (a : R) (s : seq R) : R := if s is b :: s' then foldl *%R b s' else a.
Definition weighted (r : env) (c : integer) (s : seq R) : R :=
  match c with
  | IC 1 => product_of 1 s
  | _ => foldl *%R (zr R (iev r c)) s
  end.
Definition sum_of (s : seq R) : R := if s is a :: s' then foldl +%R a s' else 0.

Definition summand_value T r (t : summand_of) : R :=
  summed r (over t) (fun r =>
    let r := floored r (floors t) in
    weighted r (weighted_by t) ([seq iverson R (is_true_at r c) | c <- where_ t] ++
                                [seq T f.1 [seq iev r e | e <- f.2] | f <- entries t])).
Definition side T r (ts : seq summand_of) : R := sum_of [seq summand_value T r t | t <- ts].

Fixpoint bind (r : env) (xs : seq nat) (at_ : seq Z) : env :=
  match xs, at_ with x :: xs', a :: at' => bind (upd r x a) xs' at' | _, _ => r end.
Definition extended r T (d : tensor_definition) : nat -> seq Z -> R :=
  fun x at_ => if Nat.eqb x (tensor d) then side T (bind r (parameters d) at_) (defined_as d) else T x at_.

Definition named r (d : name_definition) : env :=
  let: (kind, x, a, b) := d in
  upd r x (if kind is Floor then (iev r a / iev r b)%Z else Z.max (iev r a) (iev r b)).

Fixpoint under (r : env) (cs : seq comparison) (goal : Prop) : Prop :=
  if cs is c :: cs' then condition r c -> under r cs' goal else goal.
Definition meaning T r (S : statement) : Prop :=
  let r := foldl named r (names_defined S) in
  let T := foldl (extended r) T (tensors_defined S) in
  under r (conditions S) (side T r (left_hand S) = side T r (right_hand S)).
End Meaning.

(* What a certificate is about: polynomials, and the definitions of tensors put in. *)
Definition as_term (t : summand_of) : term :=
  Term (polynomial (weighted_by t)) [seq (v.1, polynomial v.2) | v <- over t]
       [seq (q.1.1, polynomial q.1.2, polynomial q.2) | q <- floors t] (map as_bracket (where_ t))
       [seq (f.1, map polynomial f.2) | f <- entries t].

(* Polynomials put for names at each point and in extents and denominators, too. *)
Definition put_everywhere (s : values) (u : term) : term :=
  with_ranges (with_quotients (put_term s u) [seq (q.1.1, put s q.1.2, put s q.2) | q <- quotients u])
              [seq (v.1, put s v.2) | v <- ranges u].
(* One entry of a defined tensor, the one at place i, with a term of the definition put in. *)
Definition put_definition (d : tensor_definition) (t : term) (i : nat) (arguments : seq poly) (u : term) : term :=
  let u := put_everywhere (zip (parameters d) arguments) u in
  Term (mul (coefficient t) (coefficient u)) (ranges t ++ ranges u) (quotients t ++ quotients u)
       (brackets t ++ brackets u) (take i (factors t) ++ factors u ++ drop i.+1 (factors t)).

Definition outer_polynomials (t : term) : seq poly := map snd (ranges t) ++ map snd (quotients t).
Definition tidy (t : term) : bool :=
  uniq (binders t) && all (fun p => ~~ uses (binders t) p) (outer_polynomials t).
Definition reads (x : nat) (fs : seq factor) : bool := has (fun f : factor => f.1 == x) fs.
(* No name is captured: what the two terms bind is distinct, and neither uses what the other binds.  Extents and
   denominators of the definition may use its parameters where the arguments make them free of all local names. *)
Definition apart (d : tensor_definition) (t : term) (arguments : seq poly) (u : term) : bool :=
  let inner := binders u in
  let local := binders t ++ inner ++ parameters d in
  let placed := put_everywhere (zip (parameters d) arguments) u in
  [&& uniq local, size arguments == size (parameters d), in_order (quotients t), in_order (quotients u),
      in_order (quotients placed), free_inside inner t, free_inside (binders t) u, ~~ reads (tensor d) (factors u),
      all (fun p => ~~ uses (binders t ++ inner) p) (outer_polynomials u) &
      all (fun p => ~~ uses local p) (outer_polynomials t ++ outer_polynomials placed)].
Definition inlined (d : tensor_definition) (t : term) : option (seq term) :=
  let i := find (fun f : factor => f.1 == tensor d) (factors t) in
  if (i < size (factors t))%N then
    let arguments := (nth (0%N, [::]) (factors t) i).2 in
    let us := map as_term (defined_as d) in
    some_if (~~ reads (tensor d) (drop i.+1 (factors t)) && all (apart d t arguments) us)
      [seq put_definition d t i arguments u | u <- us]
  else Some [:: t].
Fixpoint all_inlined (d : tensor_definition) (ts : seq term) : option (seq term) :=
  if ts is t :: ts' then
    if inlined d t is Some us then if all_inlined d ts' is Some us' then Some (us ++ us') else None else None
  else Some [::].
(* The last definition first, since it may read the others. *)
Fixpoint flat_side (ds : seq tensor_definition) (ts : seq summand_of) : option (seq term) :=
  if ds is d :: ds' then
    if flat_side ds' ts is Some us then if all tidy us then all_inlined d us else None else None
  else Some (map as_term ts).
Definition all_tidy (S : statement) : bool :=
  all (fun t => tidy (as_term t))
      (left_hand S ++ right_hand S ++ flatten [seq defined_as d | d <- tensors_defined S]).

Definition facts_of_condition (c : comparison) : seq poly := bracket_facts (as_bracket c).
Definition flattened (S : statement) : option sequent :=
  match flat_side (tensors_defined S) (left_hand S), flat_side (tensors_defined S) (right_hand S) with
  | Some l, Some r =>
    some_if (all_tidy S)
      (Sequent [seq (d.1.1.1, d.1.1.2, polynomial d.1.2, polynomial d.2) | d <- names_defined S]
               (flatten (map facts_of_condition (conditions S))) l r)
  | _, _ => None
  end.
Definition check_statement (S : statement) (C : certificate) : bool :=
  if flattened S is Some s then (scale C =? 1)%Z && check s C else false.

(* How it is written *)
Notation "\sum[ u < n ] F" := (sumZ n%Z (fun u : Z => F))
  (at level 41, u name, n at level 69, F at level 41, right associativity, format "\sum[ u  <  n ]  F") : ring_scope.
Notation "[? a <= b ]" := (iverson _ (Z.leb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  <=  b ]") : ring_scope.
Notation "[? a < b ]" := (iverson _ (Z.ltb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  <  b ]") : ring_scope.
Notation "[? a = b ]" := (iverson _ (Z.eqb a%Z b%Z))
  (at level 0, a, b at level 69, format "[?  a  =  b ]") : ring_scope.
Notation "[int c ]" := (zr _ c%Z) (at level 0, c at level 69, format "[int  c ]") : ring_scope.
