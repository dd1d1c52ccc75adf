(* When two points of a sum give the same values to quotients, brackets and factors. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Evidence Meaning Rules.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition agree_off (xs : seq nat) (s s' : env) : Prop := forall x, x \notin xs -> s x = s' x.

Lemma within_free xs ys p : within ys p -> (forall x, x \in xs -> x \notin ys) -> ~~ uses xs p.
Proof.
move=> /allP p_ys apart; apply/hasPn => m m_p; apply/hasPn => x x_m; apply/negP => /apart /negP; apply.
by move/allP: (p_ys _ m_p); apply.
Qed.

Lemma within_inside_free xs ys t : within_inside ys t -> (forall x, x \in xs -> x \notin ys) -> free_inside xs t.
Proof.
case/and4P => coef /allP qs /allP bs /allP fs apart; have free p p_ys := @within_free xs ys p p_ys apart.
apply/and4P; split; [exact: free | apply/allP => y.. ]; [move/qs | move/bs | move/fs => /allP y_ys]; try exact: free.
by apply/allP => p /y_ys; exact: free.
Qed.

(* Quotients that do not depend on certain names *)
Section Late.
Implicit Types (xs : seq nat) (qs : seq quotient) (s : env).

Lemma late_sub xs qs : {subset xs <= late xs qs}.
Proof.
elim: qs xs => [|[[q a] b] qs IH] xs x //= x_xs; apply: IH.
by case: ifP => _ //; rewrite inE x_xs orbT.
Qed.

Lemma late_from xs qs x : x \in late xs qs -> (x \in xs) || (x \in quotient_names qs).
Proof.
elim: qs xs => [|[[q a] b] qs IH] xs /=; first by rewrite orbF.
by move/IH; case: ifP => _; rewrite !inE; case: (x == q); case: (x \in xs); case: (x \in quotient_names qs).
Qed.

Lemma late_agree xs qs s s' : orderly qs ->
    (forall x, x \notin xs -> x \notin quotient_names qs -> s x = s' x) ->
    (forall q a b, (q, a, b) \in qs -> ev s b = ev s' b) ->
    (forall q a b, (q, a, b) \in qs -> q \notin late xs qs ->
      s q = (ev s a / ev s b)%Z /\ s' q = (ev s' a / ev s' b)%Z) ->
  agree_off (late xs qs) s s'.
Proof.
elim: qs xs => [|[[q a] b] qs IH] xs /=; first by move=> _ off _ _ x x_xs; apply: off.
move=> /and4P[q_qs a_free b_free order] off dens sol; set ys := if uses xs a then _ else _.
have ys_xs x : x \notin ys -> x \notin xs by rewrite /ys; case: ifP => _; rewrite // inE => /norP[].
have head y : y \in qs -> y \in (q, a, b) :: qs by rewrite inE orbC => ->.
apply: IH => // [x x_ys x_qs|q' a' b' /head /dens //|q' a' b' /head /sol //].
case: (x =P q) x_ys x_qs => [-> q_ys _|/eqP x_q /ys_xs x_xs x_qs]; last by apply: off; rewrite // inE negb_or x_q.
have q_late : q \notin late ys qs by apply/negP => /late_from; rewrite (negbTE q_ys) (negbTE q_qs).
have [|-> ->] := sol q a b _ q_late; first by rewrite inE eqxx.
rewrite (dens q a b) ?inE ?eqxx //; congr (_ / _)%Z.
have a_xs : ~~ uses xs a by move: q_ys; rewrite /ys; case: (uses xs a); rewrite // inE eqxx.
by apply: ev_agree => y y_a; apply: off; [apply: contraNN a_xs | apply: contraNN a_free]; exact: uses_in.
Qed.

(* The brackets that do not depend on the names decide whether the others are looked at. *)
Lemma settled_counts xs s s' bs : agree_off xs s s' ->
    (counts s [seq b <- bs | ~~ uses xs b.2] -> s =1 s') ->
  counts s bs = counts s' bs /\ (counts s bs -> s =1 s').
Proof.
move=> off same; have eq_holds b : ~~ uses xs b.2 -> holds s b = holds s' b.
  by move=> b_xs; rewrite /holds (ev_off b_xs off).
have fewer s0 : counts s0 bs -> counts s0 [seq b <- bs | ~~ uses xs b.2].
  by move/allP => count; apply/allP => b; rewrite mem_filter => /andP[_ /count].
split=> [|/fewer /same //]; case: (boolP (counts s [seq b <- bs | ~~ uses xs b.2])) => [/same eq_s|not_s].
  by apply: eq_all => b; rewrite /holds (ev_eq _ eq_s).
rewrite (negbTE (contraNN (fewer s) not_s)); apply/esym/negbTE; apply: contraNN not_s => /fewer /allP count.
by apply/allP => b b_bs; rewrite eq_holds ?count //; move: b_bs; rewrite mem_filter => /andP[].
Qed.
End Late.

(* Brackets *)
Section Brackets.
Implicit Types (s : env) (b : bracket) (bs : seq bracket).

Lemma same_bracketP s b b' : same_bracket b b' -> holds s b = holds s b'.
Proof.
case: b b' => [k p] [k' p'] /andP[/eqP /= <-] /orP[/eqP -> //|/andP[/eqP -> /eqP ->]].
by rewrite /holds /= ev_opp; apply/Z.eqb_spec/Z.eqb_spec; lia.
Qed.

Lemma amongP s bs b : counts s bs -> among bs b -> holds s b.
Proof. by move=> /allP count /hasP[b' b'_bs /same_bracketP ->]; apply: count. Qed.

Lemma counts_among s bs bs' : all (among bs) bs' -> counts s bs -> counts s bs'.
Proof. by move=> /allP sub count; apply/allP => b /sub; apply: amongP. Qed.

Lemma shows_bracketP s F b P : (forall f, f \in F -> (0 <= ev s f)%Z) -> shows_bracket F b P -> holds s b.
Proof.
move=> F_ge; case: b P => [[] p] [] P //= shown; rewrite /holds /=.
  by apply/Z.leb_spec0; exact: shows_geP shown.
by apply/Z.eqb_spec; exact: shows_zeroP shown.
Qed.

Lemma counts_shown s F old new Ps : (forall f, f \in F -> (0 <= ev s f)%Z) ->
  all2 (shows_bracket F) [seq b <- new | ~~ among old b] Ps -> counts s old -> counts s new.
Proof.
move=> F_ge shown count; apply/allP => b b_new; case: (boolP (among old b)) => [/(amongP count) //|b_old].
have {b_new b_old}: b \in [seq b <- new | ~~ among old b] by rewrite mem_filter b_old.
elim: [seq b <- new | _] Ps shown => [|b' bs IH] [|P Ps] //= /andP[b'_P shown]; rewrite inE.
by case/orP => [/eqP ->|]; [exact: shows_bracketP b'_P | exact: IH shown].
Qed.

Lemma counts_rcons s bs b : counts s (rcons bs b) = holds s b && counts s bs.
Proof. exact: all_rcons. Qed.

Lemma counts_remove s bs i b0 : (i < size bs)%N -> counts s bs = holds s (nth b0 bs i) && counts s (remove_at i bs).
Proof.
move=> i_bs; rewrite -[in LHS](cat_take_drop i bs) (drop_nth b0 i_bs) /counts /remove_at !all_cat /=.
by rewrite andbCA.
Qed.

Lemma holds_negation s p : holds s (Ge, negation p) = ~~ holds s (Ge, p).
Proof.
rewrite /holds /negation /= ev_sub ev_opp ev_constant.
by apply/Z.leb_spec0/negP => [?|?]; [move/Z.leb_spec0; lia | apply/Z.leb_spec0/negP]; lia.
Qed.
End Brackets.

(* Polynomials for others of the same value *)
Section Equal.
Variable s : env.

Lemma equal_pairs (pairs : seq (seq poly * poly * poly)) Ps :
    all2 (fun x P => shows_zero x.1.1 (sub x.2 x.1.2) P) [seq x <- pairs | x.1.2 != x.2] Ps ->
  forall F p p', (F, p, p') \in pairs -> (forall f, f \in F -> (0 <= ev s f)%Z) -> ev s p = ev s p'.
Proof.
elim: pairs Ps => [|[[F p] p'] pairs IH] Ps //=; case: (p =P p') => [->|_] /=.
  by move=> /IH {}IH G q q'; rewrite inE => /orP[/eqP[_ -> ->]|/IH].
case: Ps => //= P Ps /andP[shown /IH {}IH] G q q'; rewrite inE => /orP[/eqP[-> -> ->] F_ge|/IH //].
by have := shows_zeroP F_ge shown; rewrite ev_sub; lia.
Qed.

Lemma equal_values (l l' : seq poly) :
  size l = size l' -> (forall x, x \in zip l l' -> ev s x.1 = ev s x.2) -> map (ev s) l = map (ev s) l'.
Proof.
elim: l l' => [|p l IH] [|p' l'] //= [sizes] eq_l; congr (_ :: _).
  by apply: (eq_l (p, p')); rewrite inE eqxx.
by apply: IH => // x x_l; apply: eq_l; rewrite inE x_l orbT.
Qed.

Lemma equal_factors (R : comRingType) (T : nat -> seq Z -> R) fs fs' :
    all2 (fun f f' : factor => (f.1 == f'.1) && (size f.2 == size f'.2)) fs fs' ->
    (forall f x, f \in zip fs fs' -> x \in zip f.1.2 f.2.2 -> ev s x.1 = ev s x.2) ->
  \prod_(f <- fs) factor_value T s f = \prod_(f <- fs') factor_value T s f.
Proof.
elim: fs fs' => [|f fs IH] [|f' fs'] //= /andP[/andP[/eqP eq_name /eqP sizes] alike] eq_fs.
rewrite !big_cons (IH fs') // => [|g x g_fs]; last by apply: eq_fs; rewrite inE g_fs orbT.
congr (_ * _); rewrite /factor_value eq_name; congr (T _ _); apply: equal_values => // x.
by apply: (eq_fs (f, f')); rewrite inE eqxx.
Qed.
End Equal.

(* New numerators *)
Section Numerators.
Variables (qs : seq quotient) (ns : seq poly).
Hypothesis sizes : size ns = size qs.
Definition with_numerators : seq quotient := [seq (x.1.1.1, x.2, x.1.2) | x <- zip qs ns].

Lemma numerator_names : quotient_names with_numerators = quotient_names qs.
Proof.
rewrite /quotient_names -[in RHS](unzip1_zip (s := qs) (t := ns)) ?sizes // /unzip1 /with_numerators -!map_comp.
exact: eq_map.
Qed.

Lemma numerator_new q a b : (q, a, b) \in qs -> exists2 n, ((q, a, b), n) \in zip qs ns & (q, n, b) \in with_numerators.
Proof.
rewrite -{1}(unzip1_zip (s := qs) (t := ns)) ?sizes // => /mapP[[x n] /= + eq_x]; rewrite -eq_x => x_zip.
by exists n => //; apply/mapP; exists ((q, a, b), n).
Qed.

Lemma numerator_old q n b : (q, n, b) \in with_numerators -> exists2 a, ((q, a, b), n) \in zip qs ns & (q, a, b) \in qs.
Proof.
case/mapP => [[[[q' a] b'] n'] x_zip /= [-> -> ->]]; exists a => //.
by rewrite -(unzip1_zip (s := qs) (t := ns)) ?sizes //; apply/mapP; exists ((q', a, b'), n').
Qed.
End Numerators.
