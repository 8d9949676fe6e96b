package dev.flotilla.libp2p.portmapping;

import com.offbynull.portmapper.mapper.PortMapper;
import java.util.List;

/** Where routers that map ports are found. One thread at a time. */
interface Routers extends AutoCloseable {
    /** Each way to each router, the best first; takes seconds. */
    List<PortMapper> discover() throws InterruptedException;

    @Override
    void close();
}
