package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Result;

/** What a leader's refusal means to who asked. */
final class Refusals {
    private Refusals() {}

    /** Whether asking again may help. */
    static boolean isPassing(Result.Refused refused) {
        return refused.reason() == Result.Reason.NO_LEADER
                || refused.reason() == Result.Reason.BUSY
                || refused.reason() == Result.Reason.UNDECIDED;
    }

    static Outcome.Reason ofProposal(Result.Refused refused) {
        return switch (refused.reason()) {
            case NO_LEADER -> Outcome.Reason.NO_LEADER;
            case OVERLOADED, BUSY, UNDECIDED -> Outcome.Reason.OVERLOADED;
            case TOO_LARGE -> Outcome.Reason.TOO_LARGE;
            case NOT_ALLOWED -> Outcome.Reason.NOT_A_MEMBER;
        };
    }

    static Outcome.Reason ofChange(Result.Refused refused) {
        return switch (refused.reason()) {
            case NO_LEADER -> Outcome.Reason.NO_LEADER;
            case OVERLOADED -> Outcome.Reason.OVERLOADED;
            case TOO_LARGE -> Outcome.Reason.TOO_LARGE;
            case BUSY, NOT_ALLOWED, UNDECIDED -> Outcome.Reason.REFUSED;
        };
    }
}
