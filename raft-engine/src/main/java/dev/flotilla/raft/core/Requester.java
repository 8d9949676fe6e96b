package dev.flotilla.raft.core;

import dev.flotilla.raft.message.RaftMessage.Answer;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.PeerId;

/** Who asked the leader, and how it gets its answer. */
sealed interface Requester {
    Requester NOBODY = new Nobody();

    void answer(Group group, Result result);

    /** Somebody on this peer. */
    record Local(RequestId id) implements Requester {
        @Override
        public void answer(Group group, Result result) {
            group.emit(new Effect.Answered(id, result));
        }
    }

    /** Another peer, by a message. */
    record Remote(PeerId peer, RequestId number) implements Requester {
        @Override
        public void answer(Group group, Result result) {
            group.send(peer, new Answer(number, result));
        }
    }

    /** Nobody: the leader's own doing. */
    record Nobody() implements Requester {
        @Override
        public void answer(Group group, Result result) {
            // nobody waits
        }
    }
}
