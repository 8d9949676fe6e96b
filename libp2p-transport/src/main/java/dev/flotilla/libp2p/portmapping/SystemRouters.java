package dev.flotilla.libp2p.portmapping;

import com.offbynull.portmapper.PortMapperFactory;
import com.offbynull.portmapper.gateways.network.NetworkGateway;
import com.offbynull.portmapper.gateways.network.internalmessages.KillNetworkRequest;
import com.offbynull.portmapper.gateways.process.ProcessGateway;
import com.offbynull.portmapper.gateways.process.internalmessages.KillProcessRequest;
import com.offbynull.portmapper.mapper.PortMapper;
import java.util.List;

/** The routers of this machine's networks. The library has threads, from here until it is closed. */
final class SystemRouters implements Routers {
    private final NetworkGateway network = NetworkGateway.create();
    private final ProcessGateway processes = ProcessGateway.create(); // asks the system for its routes

    @Override
    public List<PortMapper> discover() throws InterruptedException {
        return PortMapperFactory.discover(network.getBus(), processes.getBus());
    }

    @Override
    public void close() {
        network.getBus().send(new KillNetworkRequest());
        processes.getBus().send(new KillProcessRequest());
    }
}
