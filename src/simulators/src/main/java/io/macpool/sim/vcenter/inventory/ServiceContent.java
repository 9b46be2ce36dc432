package io.macpool.sim.vcenter.inventory;

import io.macpool.sim.vcenter.soap.DataObject;

/** What a client is told first: where the services are, and what this is. */
public final class ServiceContent {

  private ServiceContent() {}

  public static DataObject of() {
    return DataObject.of(
        "ServiceContent",
        "rootFolder",
        Names.ROOT_FOLDER,
        "propertyCollector",
        Names.PROPERTY_COLLECTOR,
        "viewManager",
        Names.VIEW_MANAGER,
        "about",
        DataObject.of(
            "AboutInfo",
            "name",
            "VMware vCenter Server",
            "fullName",
            "VMware vCenter Server 7.0.3 build-simulated",
            "vendor",
            "VMware, Inc.",
            "version",
            "7.0.3",
            "build",
            "0",
            "localeVersion",
            "INTL",
            "localeBuild",
            "000",
            "osType",
            "linux-x64",
            "productLineId",
            "vpx",
            "apiType",
            "VirtualCenter",
            "apiVersion",
            "7.0.3.0",
            "instanceUuid",
            "5f1f5a50-0000-4000-8000-000000000001",
            "licenseProductName",
            "VMware VirtualCenter Server",
            "licenseProductVersion",
            "7.0"),
        "sessionManager",
        Names.SESSION_MANAGER,
        "taskManager",
        Names.TASK_MANAGER,
        "searchIndex",
        Names.SEARCH_INDEX);
  }
}
