package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;

/** What the network has for one group: messages, connections. Belongs to the group's loop. */
final class GroupInbound {
    private final GroupLife life;
    private final Neighbours neighbours;
    private final Stepping stepping;
    private final Joining joining;
    private final EventFeed feed;

    GroupInbound(GroupLife life, Neighbours neighbours, Stepping stepping, Joining joining, EventFeed feed) {
        this.life = life;
        this.neighbours = neighbours;
        this.stepping = stepping;
        this.joining = joining;
        this.feed = feed;
    }

    void received(PeerId from, StoreId storeId, int featureLevel, RaftMessage message) {
        life.guarded(() -> {
            if (message instanceof RaftMessage.Answer answer && joining.answered(answer.number(), answer.result())) {
                stepping.passed();
                return;
            }
            if (message instanceof RaftMessage.Refusal) {
                joining.refused(from);
            }
            Input input = new Input.Received(from, storeId, featureLevel, message, System.currentTimeMillis());
            if (message instanceof RaftMessage.AppendAccepted) {
                stepping.stepSoon(input);
            } else {
                stepping.step(input);
            }
        });
    }

    void connected(PeerId peer) {
        ofNeighbour(peer, () -> {
            stepping.step(new Input.Connected(peer));
            joining.connected(peer);
            feed.happened(new GroupEvent.MemberBack(peer));
        });
    }

    void lost(PeerId peer, boolean closedByPeer) {
        ofNeighbour(peer, () -> {
            feed.happened(new GroupEvent.MemberAbsent(peer, closedByPeer));
            stepping.step(new Input.Lost(peer, closedByPeer));
        });
    }

    void unreachable(PeerId peer, boolean refused) {
        ofNeighbour(peer, () -> stepping.step(new Input.Unreachable(peer, refused)));
    }

    void nodeLost(PeerId peer) {
        ofNeighbour(peer, () -> stepping.step(new Input.NodeLost(peer)));
    }

    private void ofNeighbour(PeerId peer, Runnable task) {
        life.guarded(() -> {
            if (neighbours.includes(peer)) {
                task.run();
            }
        });
    }
}
