package dev.flotilla.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Peers that share a community, each in its own process. */
final class Swarm implements AutoCloseable {
    static final String COMMUNITY = "club";

    private final List<PeerProcess> peers = new ArrayList<>();

    /** {@code count} running peers, all voters of {@link #COMMUNITY}. */
    static Swarm of(int count, Path directory) throws Exception {
        return of(count, number -> new PeerProcess(directory.resolve("peer" + number)));
    }

    /** The same of peers that {@code maker} makes, by number from 1 on. */
    static Swarm of(int count, IntFunction<PeerProcess> maker) throws Exception {
        Swarm swarm = new Swarm();
        try {
            for (int i = 1; i <= count; i++) {
                PeerProcess peer = maker.apply(i);
                swarm.peers.add(peer);
                peer.launch();
            }
            swarm.peers.forEach(PeerProcess::awaitReady);
            swarm.peer(0).run("create", COMMUNITY).succeeded();
            for (int i = 1; i < count; i++) {
                swarm.join(swarm.peer(i), COMMUNITY);
            }
            return swarm;
        } catch (Exception | AssertionError e) {
            swarm.close();
            throw e;
        }
    }

    /** Lets {@code peer} join by a ticket of the first peer. */
    void join(PeerProcess peer, String community) throws IOException, InterruptedException {
        String ticket = peer(0).run("invite", community).succeeded().line();
        peer.run("join", ticket).succeeded();
    }

    PeerProcess peer(int number) {
        return peers.get(number);
    }

    List<PeerProcess> peers() {
        return List.copyOf(peers);
    }

    /** The running peer that leads; waits until there is one. */
    PeerProcess leader() throws Exception {
        List<PeerProcess> found = new ArrayList<>();
        Eventually.holds("a leader", PeerProcess.PATIENCE, () -> {
            for (PeerProcess peer : peers) {
                if (peer.isRunning()
                        && "leader".equals(community(peer).path("role").asText())) {
                    found.add(peer);
                    return true;
                }
            }
            return false;
        });
        return found.get(0);
    }

    /** What {@code status --json} says of {@link #COMMUNITY}. */
    static JsonNode community(PeerProcess peer) throws IOException, InterruptedException {
        JsonNode status = peer.run("status", COMMUNITY, "--json").succeeded().json();
        return status.path("communities").path(0);
    }

    /** The document as that peer has it, without asking anybody else. */
    static JsonNode local(PeerProcess peer) throws IOException, InterruptedException {
        return peer.run("get", COMMUNITY, "--consistency", "local").succeeded().json();
    }

    static JsonNode linearizable(PeerProcess peer) throws IOException, InterruptedException {
        return peer.run("get", COMMUNITY).succeeded().json();
    }

    @Override
    public void close() {
        peers.forEach(PeerProcess::close);
    }
}
