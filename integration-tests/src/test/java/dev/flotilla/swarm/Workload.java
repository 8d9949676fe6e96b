package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A client at each peer of a swarm, all of them at work on the same few lists, whose history is judged in the end:
 * {@link #finish} fails if it is not linearizable, or if peers end with different documents.
 */
final class Workload implements AutoCloseable {
    private static final int LISTS = 8;

    private final List<PeerProcess> peers;
    private final String community;
    private final List<ListHistory> lists = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();

    /** At every peer of {@code swarm}; {@code name} is that of no earlier workload there. */
    Workload(Swarm swarm, String name, long seed) throws Exception {
        this(swarm.peers(), Swarm.COMMUNITY, name, seed);
    }

    /** At {@code peers}, all of them members of {@code community}. */
    Workload(List<PeerProcess> peers, String community, String name, long seed) throws Exception {
        this.peers = List.copyOf(peers);
        this.community = community;
        for (int i = 0; i < LISTS; i++) {
            ListHistory list = new ListHistory(name + "-" + i);
            lists.add(list);
            peers.get(0).run("set", community, "/" + list.name(), "[]").succeeded();
        }
        for (PeerProcess peer : peers) {
            int number = clients.size();
            clients.add(new Client(peer, community, name + "-" + number, lists, seed + number));
        }
    }

    /** Waits until the client of each of {@code some} had {@code more} appends acknowledged. */
    void awaitMore(List<PeerProcess> some, int more) throws Exception {
        List<Integer> wanted =
                clients.stream().map(client -> client.acknowledged() + more).toList();
        for (PeerProcess peer : some) {
            int number = peers.indexOf(peer);
            Client client = clients.get(number);
            Eventually.holds(
                    client, // as it is when it fails
                    PeerProcess.PATIENCE,
                    () -> client.acknowledged() >= wanted.get(number));
        }
    }

    /** Ends the clients and judges. All peers must be up. Says what there was to be judged. */
    String finish() throws Exception {
        clients.forEach(Client::close);
        JsonNode document = peers.get(0).run("get", community).succeeded().json();
        for (ListHistory list : lists) {
            assertThat(list.violations(Client.texts(document.path(list.name()))))
                    .as("%s, by %s", list.name(), clients)
                    .isEmpty();
        }
        for (PeerProcess peer : peers) {
            Eventually.holds(
                    "equal documents", PeerProcess.PATIENCE, () -> peer.run("get", community, "--consistency", "local")
                            .succeeded()
                            .json()
                            .equals(document));
        }
        return lists.stream().mapToInt(ListHistory::acknowledged).sum() + " appends, "
                + lists.stream().mapToInt(ListHistory::reads).sum() + " reads";
    }

    /** Takes the lists out of the document, so that it does not grow with every workload. */
    void forget() throws Exception {
        for (ListHistory list : lists) {
            String patch = "[{\"op\":\"remove\",\"path\":\"/" + list.name() + "\"}]";
            peers.get(0).runWithInput(patch, "patch", community).succeeded();
        }
    }

    @Override
    public void close() {
        clients.forEach(Client::close);
    }
}
