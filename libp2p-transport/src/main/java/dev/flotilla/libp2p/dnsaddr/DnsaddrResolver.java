package dev.flotilla.libp2p.dnsaddr;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Finds the addresses behind a {@code /dnsaddr}, which may lead to others of its kind. Within bounds, since the records
 * are a stranger's: 4 names deep, 32 names and 100 addresses in all, as go-libp2p has the first and the last. Blocks.
 */
public final class DnsaddrResolver {
    private static final int DEPTH_MAX = 4;
    private static final int NAMES_MAX = 32;
    private static final int ADDRESSES_MAX = 100;

    private static final String NAME_PREFIX = "_dnsaddr.";
    private static final String RECORD_PREFIX = "dnsaddr=";

    private final TxtRecords records;

    public DnsaddrResolver(TxtRecords records) {
        this.records = records;
    }

    public static boolean isDnsaddr(Multiaddr address) {
        return !address.isEmpty() && address.components().get(0).protocol() == MultiaddrProtocol.DNSADDR;
    }

    private record Step(Multiaddr address, int depth) {}

    /**
     * The addresses behind {@code address}, none of which is a {@code /dnsaddr}; empty if there are none.
     *
     * @param isOver asked before each further name: whether to make do with what was found
     * @throws IOException if no name server answers for the name itself; what lies further in is passed over then
     */
    public List<Multiaddr> resolve(Multiaddr address, BooleanSupplier isOver) throws IOException {
        Set<Multiaddr> found = new LinkedHashSet<>();
        Set<Multiaddr> seen = new HashSet<>(Set.of(address));
        ArrayDeque<Step> names = new ArrayDeque<>(List.of(new Step(address, 1)));
        for (Step step = names.poll(); step != null; step = names.poll()) {
            for (Multiaddr entry : entries(step)) {
                if (!isDnsaddr(entry)) {
                    found.add(entry);
                } else if (step.depth() < DEPTH_MAX && seen.size() < NAMES_MAX && seen.add(entry)) {
                    names.add(new Step(entry, step.depth() + 1));
                }
                if (found.size() == ADDRESSES_MAX) {
                    return List.copyOf(found);
                }
            }
            if (isOver.getAsBoolean()) {
                break;
            }
        }
        return List.copyOf(found);
    }

    /** What the records of one name say and ends as the address does that led to it. */
    private List<Multiaddr> entries(Step step) throws IOException {
        List<Multiaddr.Component> components = step.address().components();
        List<Multiaddr.Component> suffix = components.subList(1, components.size());
        try {
            return records.of(NAME_PREFIX + components.get(0).text()).stream()
                    .flatMap(record -> parse(record).stream())
                    .filter(entry -> endsWith(entry.components(), suffix))
                    .toList();
        } catch (IOException e) {
            if (step.depth() == 1) {
                throw e;
            }
            return List.of();
        }
    }

    private static Optional<Multiaddr> parse(String record) {
        try {
            return record.startsWith(RECORD_PREFIX)
                    ? Optional.of(Multiaddr.parse(record.substring(RECORD_PREFIX.length())))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // of a kind that is not known here
        }
    }

    private static boolean endsWith(List<Multiaddr.Component> all, List<Multiaddr.Component> suffix) {
        return all.size() > suffix.size()
                && all.subList(all.size() - suffix.size(), all.size()).equals(suffix);
    }
}
