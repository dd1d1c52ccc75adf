(* The sequent of a statement says what the statement means: integers as polynomials, conditions as brackets, and the
   entries of a defined tensor as the sums that define it. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg ssrint.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Checker Statements.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.




Lemma ev_polynomial r e : ev r (polynomial e) = iev r e.
Proof.
elim: e => [x|c|a IHa b IHb|a IHa b IHb|a IHa b IHb] /=; rewrite ?ev_sub ?ev_add ?ev_mul ?IHa ?IHb //.
  exact: ev_variable.
exact: ev_constant.
Qed.

Lemma holds_as_bracket r c : holds r (as_bracket c) = is_true_at r c.
Proof.
case: c => a b; rewrite /holds /= ?ev_sub !ev_polynomial ?ev_constant.
- by apply/Z.leb_spec0/Z.leb_spec0; lia.
- by apply/Z.leb_spec0/Z.ltb_spec0; lia.
- by apply/Z.eqb_spec/Z.eqb_spec; lia.
Qed.

Lemma condition_facts r c : condition r c -> forall f, f \in facts_of_condition c -> (0 <= ev r f)%Z.
Proof.
case: c => a b /= h f; rewrite /facts_of_condition /= !inE => f_c.
- by rewrite (eqP f_c) ev_sub !ev_polynomial; lia.
- by rewrite (eqP f_c) !ev_sub !ev_polynomial ev_constant; lia.
- by case/orP: f_c => /eqP ->; rewrite ?ev_opp ev_sub !ev_polynomial; lia.
Qed.

Section Terms.
Variable R : comRingType.
Variable T : nat -> seq Z -> R.
Implicit Types (r : env) (t : summand_of).

Lemma floored_settle r qs : floored r qs = settle [seq (q.1.1, polynomial q.1.2, polynomial q.2) | q <- qs] r.
Proof. by elim: qs r => [|[[q a] b] qs IH] r //=; rewrite IH !ev_polynomial. Qed.

Lemma foldl_mul (a : R) s : foldl *%R a s = a * \prod_(b <- s) b.
Proof. by elim: s a => [|b s IH] a /=; rewrite ?big_nil ?mulr1 // IH big_cons mulrA. Qed.

Lemma weightedE r c s : weighted r c s = zr R (iev r c) * \prod_(b <- s) b.
Proof.
have one_ : product_of 1 s = \prod_(b <- s) b.
  by case: s => [|b s] /=; rewrite ?big_nil // foldl_mul big_cons.
have general : foldl *%R (zr R (iev r c)) s = zr R (iev r c) * \prod_(b <- s) b by exact: foldl_mul.
by rewrite /weighted; case: c general => [x|[|[p|p|]|p]|a b|a b|a b] // _; rewrite one_ /= mul1r.
Qed.

Lemma prod_iverson r cs : \prod_(b <- [seq iverson R (is_true_at r c) | c <- cs]) b =
  if counts r (map as_bracket cs) then 1 else 0.
Proof.
elim: cs => [|c cs IH]; first by rewrite big_nil.
rewrite /= big_cons IH holds_as_bracket /iverson -/(counts _ _).
by case: is_true_at; rewrite ?mul1r ?mul0r //=.
Qed.

Lemma body_as_term r t :
  weighted r (weighted_by t) ([seq iverson R (is_true_at r c) | c <- where_ t] ++
                              [seq T f.1 [seq iev r e | e <- f.2] | f <- entries t]) = body T (as_term t) r.
Proof.
rewrite weightedE big_cat prod_iverson /body /weight /= ev_polynomial !big_map.
rewrite (eq_bigr (fun f => factor_value T r (f.1, map polynomial f.2))); last first.
  by move=> f _; rewrite /factor_value /= -map_comp; congr (T _ _); apply: eq_map => e /=; rewrite ev_polynomial.
by case: counts; rewrite ?mul1r ?mul0r ?mulr0.
Qed.

(* Extents do not change with the names of ranges. *)
Lemma summed_sums xs ws r r0 (f : env -> R) :
    all (fun w => ~~ uses xs (polynomial w.2)) ws -> all (fun w => w.1 \in xs) ws ->
    (forall x, x \notin xs -> r x = r0 x) ->
  summed r ws f = sums (box r0 [seq (w.1, polynomial w.2) | w <- ws]) r f.
Proof.
elim: ws r => [|[v n] ws IH] r //= /andP[n_free free] /andP[v_xs in_xs] off.
rewrite -(ev_polynomial r n) (ev_off n_free off); apply: eq_sum => x _; apply: IH => // y y_xs.
by rewrite upd_other ?off //; apply: contraNneq y_xs => ->.
Qed.

Lemma eq_summed ws r (f g : env -> R) : (forall r', f r' = g r') -> summed r ws f = summed r ws g.
Proof. by move=> fg; elim: ws r => [|[v n] ws IH] r //=; apply: eq_sum => x _; apply: IH. Qed.

Lemma summand_den r t : tidy (as_term t) -> summand_value T r t = den T r (as_term t).
Proof.
case/andP => _ /allP outer; rewrite /summand_value /den.
rewrite (@eq_summed _ _ _ (summand T (as_term t))) => [|r']; last by rewrite floored_settle body_as_term.
have outer' p : p \in [seq polynomial w.2 | w <- over t] -> ~~ uses (binders (as_term t)) p.
  by move=> p_t; apply: outer; rewrite mem_cat -map_comp p_t.
have inner v : v \in [seq w.1 | w <- over t] -> v \in binders (as_term t).
  by move=> v_t; rewrite mem_cat /range_names -map_comp v_t.
apply: (@summed_sums (binders (as_term t))) => //; elim: (over t) outer' inner => [|w ws IH] //= outer' inner.
  by rewrite outer' ?inE ?eqxx // IH // => p p_ws; [apply: outer' | apply: inner]; rewrite inE p_ws orbT.
by rewrite inner ?inE ?eqxx // IH // => p p_ws; [apply: outer' | apply: inner]; rewrite inE p_ws orbT.
Qed.

Lemma sum_ofE (s : seq R) : sum_of s = \sum_(a <- s) a.
Proof.
have E (a : R) l : foldl +%R a l = a + \sum_(b <- l) b.
  by elim: l a => [|b l IH] a /=; rewrite ?big_nil ?addr0 // IH big_cons addrA.
by case: s => [|a s]; rewrite /sum_of ?big_nil // E big_cons.
Qed.

Lemma side_total r ts : all (fun t => tidy (as_term t)) ts -> side T r ts = total T r (map as_term ts).
Proof.
rewrite /side sum_ofE /total !big_map; elim: ts => [|t ts IH]; first by rewrite !big_nil.
by case/andP => neat /IH {}IH; rewrite !big_cons IH summand_den.
Qed.
End Terms.

(* Sums with the same extents from environments that differ. *)
Lemma sums_two (R : comRingType) b r1 r2 (f g : env -> R) : uniq (box_names b) ->
    (forall e1 e2, inside b r1 e1 -> inside b r2 e2 -> (forall x, x \in box_names b -> e1 x = e2 x) -> f e1 = g e2) ->
  sums b r1 f = sums b r2 g.
Proof.
elim: b r1 r2 => [|[v n] b IH] r1 r2 /=; first by move=> _ fg; apply: fg => //; split.
case/andP => v_b uniq_b fg; apply: eq_sum => x x_n; apply: IH => // e1 e2 [off1 on1] [off2 on2] same.
have e1_v : e1 v = x by rewrite off1 ?upd_same.
have e2_v : e2 v = x by rewrite off2 ?upd_same.
apply: fg => [||y]; last by rewrite inE => /orP[/eqP ->|/same //]; rewrite e1_v e2_v.
  split=> [w|w k]; rewrite inE; first by move=> /norP[w_v w_b]; rewrite off1 ?upd_other.
  by case/orP => [/eqP[-> ->]|/on1 //]; rewrite e1_v.
split=> [w|w k]; rewrite inE; first by move=> /norP[w_v w_b]; rewrite off2 ?upd_other.
by case/orP => [/eqP[-> ->]|/on2 //]; rewrite e2_v.
Qed.

Lemma sums_cat (R : comRingType) b b' r (f : env -> R) : sums (b ++ b') r f = sums b r (fun r' => sums b' r' f).
Proof. by elim: b r => [|[v n] b IH] r //=; apply: eq_sum => x _; apply: IH. Qed.

Lemma settle_cat qs qs' r : settle (qs ++ qs') r = settle qs' (settle qs r).
Proof. exact: foldl_cat. Qed.
