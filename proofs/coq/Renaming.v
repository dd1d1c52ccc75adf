(* A term with other names for its ranges and quotients has the same sum. *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect ssralg.
From mathcomp Require Import zify ssrZ.
From Symconv Require Import Polynomials Sums Terms Meaning Rules Agreement.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Renaming.
Variables (names : seq (nat * nat)) (us vs : seq nat).
Hypothesis names_us : perm_eq [seq x.1 | x <- names] us.
Hypothesis names_vs : perm_eq [seq x.2 | x <- names] vs.
Hypothesis uniq_vs : uniq vs.
Local Notation new := (renamed names).
(* The names that would be bound by mistake: none of the first term, which is free of them, and bound in the second. *)
Definition unbound : seq nat := [seq x <- vs | x \notin us].

Lemma renamed_pair x : x \in us -> (x, new x) \in names.
Proof.
rewrite -(perm_mem names_us); elim: names => [|[y z] l IH] //=; rewrite !inE.
by case: (x =P y) => [->|_ /IH ->]; rewrite ?eqxx ?orbT.
Qed.

Lemma renamed_off x : x \notin us -> new x = x.
Proof.
rewrite -(perm_mem names_us); elim: names => [|[y z] l IH] //=; rewrite inE.
by case: (x =P y) => [->|_ /IH].
Qed.

Lemma renamed_in x : x \in us -> new x \in vs.
Proof. by move/renamed_pair => x_l; rewrite -(perm_mem names_vs); apply/mapP; exists (x, new x). Qed.

Lemma renamed_eq x v : x \notin unbound -> v \in us -> (new x == new v) = (x == v).
Proof.
rewrite mem_filter negb_and negbK => x_far v_us; apply/eqP/eqP => [eq_new|-> //].
case: (boolP (x \in us)) x_far => [x_us _|x_us /= x_vs]; last first.
  by move: x_vs; rewrite -(renamed_off x_us) eq_new renamed_in.
have uniq_l : uniq [seq x.2 | x <- names] by rewrite (perm_uniq names_vs).
have := renamed_pair x_us; have := renamed_pair v_us; rewrite eq_new.
elim: names uniq_l (new v) => [|[y z] l IH] //= /andP[z_l /IH {}IH] w; rewrite !inE.
case/orP=> [/eqP[-> ->]|v_l] /orP[/eqP[]|x_l]; last exact: IH x_l.
- by move=> ->.
- by case/negP: z_l; apply/mapP; exists (x, z).
- by move=> _ eq_w; case/negP: z_l; apply/mapP; exists (v, w).
Qed.

Lemma assign_renamed s x : assign [seq (x.1, variable x.2) | x <- names] s x = s (new x).
Proof.
rewrite /assign; elim: names => [|[y z] l IH] //=.
by case: (x == y); rewrite // ev_variable.
Qed.

Definition renames (s s' : env) : Prop := forall x, x \notin unbound -> s x = s' (new x).

Lemma sums_renamed (R : comRingType) r ws s s' (f g : env -> R) : {subset range_names ws <= us} -> renames s s' ->
    (forall s s', renames s s' -> f s = g s') ->
  sums (box r ws) s f = sums (box r [seq (new w.1, w.2) | w <- ws]) s' g.
Proof.
move=> sub_us ren fg; elim: ws s s' sub_us ren => [|[v n] ws IH] s s' sub_us ren /=; first exact: fg.
apply: eq_sum => a _; apply: IH => [x x_ws|x x_far]; first by apply: sub_us; rewrite inE x_ws orbT.
by rewrite /upd renamed_eq ?(ren x) //; apply: sub_us; rewrite inE eqxx.
Qed.
End Renaming.

(* The term u becomes one with the ranges and quotients of t. *)
Section Renamed.
Variables (R : comRingType) (T : nat -> seq Z -> R) (c : context) (r : env).
Hypothesis c_valid : valid c r.
Variable t : term.
Hypothesis wf : well_formed c t.
Variables (u : term) (names : seq (nat * nat)).
Hypothesis wf_u : well_formed c u.
Hypothesis names_u : perm_eq [seq x.1 | x <- names] (binders u).
Hypothesis names_t : perm_eq [seq x.2 | x <- names] (binders t).
Let u' := rename_term names u.
Hypothesis same_ranges : perm_eq (ranges t) (ranges u').
Hypothesis same_quotients : perm_eq (quotients t) (quotients u').
Let new := renamed names.
Let far := unbound (binders u) (binders t).
Let renamed_eq x v := renamed_eq names_u names_t (wf_uniq wf) (x := x) (v := v).

Lemma far_free : free_inside far u.
Proof.
apply: within_inside_free (wf_inside wf_u) _ => x; rewrite mem_filter => /andP[x_u x_t].
by rewrite mem_cat negb_or x_u (wf_local wf x_t).
Qed.

Lemma quotient_renamed q : q \in quotient_names (quotients t) ->
  exists2 q', q' \in quotient_names (quotients u) & q = new q'.
Proof.
case/mapP => y; rewrite (perm_mem same_quotients) => /mapP[z /mapP[z' z'_u ->] ->] ->.
by exists z'.1.1 => //; apply: map_f.
Qed.

Lemma solves_renamed s : solves (quotients t) s -> solves (quotients u) (fun x => s (new x)).
Proof.
move=> sol q a b q_u; set values := [seq (x.1, variable x.2) | x <- names].
have q_t : (new q, put values a, b) \in quotients t.
  rewrite (perm_mem same_quotients); apply/mapP; exists (q, put values a, b) => //.
  by apply/mapP; exists (q, a, b).
rewrite (sol _ _ _ q_t) ev_put; congr (_ / _)%Z; first by apply: ev_eq => x; rewrite assign_renamed.
apply: ev_within (positive_within c_valid (wf_denominator wf_u q_u)) _ => x x_c.
by rewrite /new (renamed_off names_u) //; apply: contraTN x_c => /(wf_local wf_u).
Qed.

Lemma settle_renamed s s' : renames names (binders u) (binders t) s s' ->
  agree_off far (settle (quotients u) s) (fun x => settle (quotients t) s' (new x)).
Proof.
move=> ren; have /and4P[_ /allP free _ _] := far_free.
apply: solves_agree (wf_orderly c_valid wf_u) _ (point_solves c_valid wf_u s) _ _ => [||x x_far x_u].
- apply/allP => y y_u; rewrite free //; apply: (global_free wf) => [|x]; last by rewrite mem_filter => /andP[].
  by move/(wf_denominator wf_u)/(positive_within c_valid): y_u.
- exact/solves_renamed/(point_solves c_valid wf).
rewrite !settle_off //; first exact: ren.
apply/negP => /quotient_renamed[v v_u /eqP]; rewrite renamed_eq ?mem_cat ?v_u ?orbT // => /eqP eq_x.
by rewrite eq_x v_u in x_u.
Qed.

(* The value does not depend on what the bound names were before. *)
Lemma den_start ws s s' : (forall x, x \notin range_names ws ++ quotient_names (quotients u) -> s x = s' x) ->
  sums (box r ws) s (summand T u) = sums (box r ws) s' (summand T u).
Proof.
elim: ws s s' => [|[v n] ws IH] s s' off /=.
  apply: body_eq; apply: settle_unique (wf_orderly c_valid wf_u) (point_solves c_valid wf_u s) _ => x x_u.
  by rewrite settle_off ?off.
apply: eq_sum => a _; apply: IH => x x_ws; rewrite /upd; case: (x =P v) => // /eqP x_v; apply: off.
by rewrite inE negb_or x_v.
Qed.

Lemma den_renamed : all (among (brackets u')) (brackets t) -> all (among (brackets t)) (brackets u') ->
  perm_eq (factors t) (factors u') -> den T r u = den T r (with_coefficient t (coefficient u')).
Proof.
move=> t_u u_t same_factors; pose with_u := with_coefficient t (coefficient u').
have same_body s : body T u (fun x => s (new x)) = body T with_u s.
  rewrite -(body_eq T u (assign_renamed names s)) -body_put /body /weight (perm_big _ same_factors) /=.
  congr (if _ then _ else _); apply/idP/idP; exact: counts_among.
have same_box : perm_eq (box r (ranges u')) (box r (ranges t)) by rewrite perm_sym; apply: perm_map.
have uniq_box : uniq (box_names (box r (ranges u'))).
  by rewrite (perm_uniq (perm_map _ same_box)) -/(box_names _) box_namesE (wf_uniq_ranges wf).
have same_outside : den T r u = sums (box r (ranges u)) (fun x => r (new x)) (summand T u).
  by apply: den_start => x x_u; rewrite /new (renamed_off names_u).
rewrite same_outside; apply: (etrans (y := sums (box r (ranges u')) r (summand T with_u))); last first.
  exact: sums_perm (@summand_respects _ T with_u) uniq_box same_box.
apply: (sums_renamed names_u names_t (wf_uniq wf)) => [x|//|s s' ren]; first by rewrite mem_cat => ->.
by rewrite /summand -same_body; exact: body_off far_free (settle_renamed ren).
Qed.
End Renamed.
