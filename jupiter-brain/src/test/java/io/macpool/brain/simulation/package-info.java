/**
 * The broker in virtual time: its real classes and ledger over a simulated fleet, with one to three
 * replicas that die at any step. One seed gives one course of events. No thread and no clock of the
 * process belongs here.
 */
package io.macpool.brain.simulation;
