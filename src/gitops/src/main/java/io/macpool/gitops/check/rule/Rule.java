package io.macpool.gitops.check.rule;

import java.util.List;

/** One rule of the contract between the people who edit the tree and the cluster that runs it. */
public interface Rule {

  /** Lower case with dashes; shown with each problem. */
  String name();

  /** Every problem in the tree; never an exception for what a person wrote in it. */
  List<Problem> check(Inspection inspection);
}
