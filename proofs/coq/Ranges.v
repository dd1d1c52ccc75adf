(* What the rules on ranges rest on: places in a sum where one range is the innermost, and quotients where a value is
   put in for a name. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules Agreement.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* Arithmetic *)
Lemma between a n : (0 <= a -> 0 <= n - 1 - a -> 0 <= a < n)%Z.
Proof. lia. Qed.

Lemma ordered m n : (0 <= m -> 0 <= n - m -> 0 <= m <= n)%Z.
Proof. lia. Qed.

Lemma window a n : Z.leb 0 a && Z.ltb a n = Z.leb 0 (n - 1 - a) && Z.leb 0 a.
Proof. lia. Qed.

Lemma below p x : Z.leb 0 p = Z.ltb x (p + 1 + x).
Proof. lia. Qed.

Lemma zero_where sign p x : sign = 1%Z \/ sign = (-1)%Z ->
  Z.eqb p 0 = Z.eqb x (- sign * 1 * (p - sign * 1 * x)).
Proof. case=> ->; lia. Qed.

Lemma value_in (vs : seq (nat * poly)) v n : value vs v = Some n -> (v, n) \in vs.
Proof.
elim: vs => [|[w m] vs IH] //=; rewrite inE; case: (v =P w) => [-> [->]|_ /IH ->]; first by rewrite eqxx.
by rewrite orbT.
Qed.

Section Ranges.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.
Variable t : term.
Hypothesis wf : well_formed c t.

Lemma total1 u : total T r [:: u] = den T r u.
Proof. by rewrite /total big_seq1. Qed.

(* A place in the ranges other than v, and a value of v, are a place in all ranges. *)
Lemma inside_upd vs v n r' x : uniq (range_names vs) -> (v, n) \in vs -> inside (box r (without v vs)) r r' ->
  (0 <= x < ev r n)%Z -> inside (box r vs) r (upd r' v x).
Proof.
move=> uniq_vs v_vs [off on] x_n; split=> [w|w k].
  rewrite box_namesE => w_vs; have w_v : w != v.
    by apply: contraNneq w_vs => ->; apply: (map_f (fun v : nat * poly => v.1) v_vs).
  rewrite upd_other // off // box_namesE; apply: contraNN w_vs => /mapP[u].
  by rewrite mem_filter => /andP[_ u_vs] ->; apply: map_f.
case/mapP => -[w' m] w_vs /= [-> ->]; case: (w' =P v) => [eq_w|/eqP w_v].
  rewrite eq_w upd_same in w_vs *; suff -> : m = n by [].
  elim: vs uniq_vs v_vs w_vs {off on} => [|[u k'] vs IH] //= /andP[u_vs uniq_vs]; rewrite !inE.
  case/orP => [/eqP[eq_v ->]|v_vs] /orP[/eqP[eq_v' ->]|v_vs'] //; last exact: IH.
    by move: u_vs; rewrite -eq_v (map_f (fun v : nat * poly => v.1) v_vs').
  by move: u_vs; rewrite -eq_v' (map_f (fun v : nat * poly => v.1) v_vs).
rewrite upd_other //; apply: on; apply/mapP; exists (w', m) => //.
by rewrite mem_filter w_v.
Qed.

Lemma wf_free xs u : well_formed c u -> ~~ has (mem (globals c ++ binders u)) xs -> free_inside xs u.
Proof. by move=> wf_u /hasPn new; apply: within_inside_free (wf_inside wf_u) _. Qed.

Lemma wf_avoids xs u : well_formed c u -> ~~ has (mem (globals c ++ binders u)) xs ->
  all (fun q : quotient => ~~ uses xs q.1.2 && ~~ uses xs q.2) (quotients u).
Proof.
move=> wf_u new; have /and4P[_ /allP a_free _ _] := wf_free wf_u new; apply/allP => q q_u; rewrite a_free //=.
apply: within_free (positive_within c_valid (wf_denominator wf_u q_u)) _ => x x_xs.
by move/hasPn: new => /(_ x x_xs); apply: contraNN => /=; rewrite mem_cat => ->.
Qed.

(* A range of a well-formed term is not one of its quotients, and no denominator uses it. *)
Lemma range_not_quotient u v n : well_formed c u -> (v, n) \in ranges u -> v \notin quotient_names (quotients u).
Proof.
move=> /wf_uniq; rewrite cat_uniq => /and3P[_ /hasPn disjoint _] v_u; apply/negP => /disjoint /=.
by rewrite (map_f (fun v : nat * poly => v.1) v_u).
Qed.

Lemma in_binders u v n : (v, n) \in ranges u -> v \in binders u.
Proof. by move=> v_u; rewrite mem_cat (map_f (fun v : nat * poly => v.1) v_u). Qed.

Lemma denominator_free u v q a b : well_formed c u -> v \notin globals c -> (q, a, b) \in quotients u ->
  ~~ uses [:: v] b.
Proof.
move=> wf_u v_c q_u; apply: contraNN v_c; apply: within_in.
exact: (positive_within c_valid (wf_denominator wf_u q_u)).
Qed.

(* Quotients where a value is put in for a name. *)
Lemma solves_put qs v e s : v \notin quotient_names qs -> (forall q a b, (q, a, b) \in qs -> ~~ uses [:: v] b) ->
  solves (map (put_quotient [:: (v, e)]) qs) s -> solves qs (upd s v (ev s e)).
Proof.
move=> v_qs b_free sol q a b q_qs; have q_v : q != v.
  by apply: contraNneq v_qs => <-; apply: (map_f (fun q : quotient => q.1.1) q_qs).
have := sol q (put [:: (v, e)] a) b; rewrite (map_f (put_quotient [:: (v, e)]) q_qs) => /(_ isT).
by rewrite upd_other // (ev_upd _ _ (b_free _ _ _ q_qs)) ev_put1.
Qed.

Lemma put_solves qs v e s x : v \notin quotient_names qs -> (forall q a b, (q, a, b) \in qs -> ~~ uses [:: v] b) ->
  solves qs s -> ev (upd s v x) e = s v -> solves (map (put_quotient [:: (v, e)]) qs) (upd s v x).
Proof.
move=> v_qs b_free sol eq_v q a b /mapP[[[q' a'] b'] q_qs [-> -> ->]]; have q_v : q' != v.
  by apply: contraNneq v_qs => <-; apply: (map_f (fun q : quotient => q.1.1) q_qs).
rewrite upd_other // (ev_upd _ _ (b_free _ _ _ q_qs)) ev_put1 eq_v (sol _ _ _ q_qs); congr (_ / _)%Z.
by apply: ev_eq => w; rewrite /upd; case: eqP => [->|].
Qed.

Lemma names_put v qs : quotient_names (map (put_quotient v) qs) = quotient_names qs.
Proof. by rewrite /quotient_names -map_comp. Qed.

Lemma settle_put qs v e r' : orderly qs -> v \notin quotient_names qs ->
    (forall q a b, (q, a, b) \in qs -> ~~ uses [:: v] b) -> orderly (map (put_quotient [:: (v, e)]) qs) ->
  forall y, let s := settle (map (put_quotient [:: (v, e)]) qs) (upd r' v y) in
  settle qs (upd r' v (ev s e)) =1 upd s v (ev s e).
Proof.
move=> order v_qs b_free order' y s w; apply/esym/settle_unique => //.
  by apply: solves_put => //; apply: settle_solves.
by move=> u u_qs; rewrite /s {1 3}/upd settle_off ?names_put // /upd; case: eqP.
Qed.

(* What a proof shows at a point whose summand is not 0. *)
Lemma shown_at u r' p P : well_formed c u -> inside (box r (ranges u)) r r' -> summand T u r' != 0 ->
  shows_ge (facts c u) p P -> (0 <= ev (settle (quotients u) r') p)%Z.
Proof.
move=> wf_u here nonzero; apply: shows_geP; apply: (facts_hold c_valid wf_u here).
by move: nonzero; rewrite /summand /body; case: ifP; rewrite ?eqxx.
Qed.
End Ranges.
