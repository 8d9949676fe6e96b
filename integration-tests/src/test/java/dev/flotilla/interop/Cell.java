package dev.flotilla.interop;

import java.util.ArrayList;
import java.util.List;

/**
 * A cell of the matrix.
 *
 * @param security which the transport uses; QUIC brings its own
 */
record Cell(Implementation implementation, Transport transport, Security security, Dialler dialler) {
    enum Dialler {
        WE_DIAL,
        THEY_DIAL
    }

    /** Every implementation with every transport, security protocol and direction. */
    static List<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        for (Implementation implementation : Implementation.chosen()) {
            for (Transport transport : Transport.values()) {
                for (Security security : transport.security()) {
                    for (Dialler dialler : Dialler.values()) {
                        cells.add(new Cell(implementation, transport, security, dialler));
                    }
                }
            }
        }
        return cells;
    }

    /** Its row in the matrix. */
    String row() {
        return transport + (transport.security().size() > 1 ? " × " + security : "") + ", "
                + (dialler == Dialler.WE_DIAL ? "we dial" : "they dial");
    }

    /** How a connection names what secures it. */
    String securedBy() {
        return transport == Transport.QUIC ? transport.argument() : security.argument();
    }

    @Override
    public String toString() {
        return implementation.title() + ", " + row();
    }
}
