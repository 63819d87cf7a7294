"""The rules of the pod security standard *restricted* (and *baseline*, which it includes), one after the other."""

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
}


def violations(pod: dict) -> list[str]:
    """What in a pod template breaks a rule."""
    spec = pod["spec"]
    context = spec.get("securityContext", {})
    wrong = []
    for host in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(host):
            wrong.append(host)
    if any(key.startswith("container.apparmor") for key in pod["metadata"].get("annotations", {})):
        wrong.append("AppArmor by annotation")
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= VOLUMES:
            wrong.append(f"volume {volume['name']} is {kinds}")
    if {entry["name"] for entry in context.get("sysctls", [])} - SYSCTLS:
        wrong.append("sysctls")
    if context.get("runAsUser") == 0:
        wrong.append("runAsUser of the pod is root")
    if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        wrong.append("seccompProfile of the pod")
    for container in spec.get("initContainers", []) + spec["containers"]:
        wrong += [f"{container['name']}: {rule}" for rule in of_container(container, context)]
    return wrong


def of_container(container: dict, pod: dict) -> list[str]:
    own = container.get("securityContext", {})
    wrong = []
    if own.get("privileged"):
        wrong.append("privileged")
    if own.get("allowPrivilegeEscalation") is not False:
        wrong.append("allowPrivilegeEscalation is not false")
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        wrong.append("runAsNonRoot is not true")
    if own.get("runAsUser") == 0:
        wrong.append("runAsUser is root")
    if own.get("seccompProfile", pod.get("seccompProfile", {})).get("type") not in ("RuntimeDefault", "Localhost"):
        wrong.append("seccompProfile")
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        wrong.append("capabilities are not dropped")
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        wrong.append("capabilities are added")
    if own.get("procMount", "Default") != "Default":
        wrong.append("procMount")
    if own.get("seLinuxOptions", {}).get("type", "") not in ("", "container_t", "container_init_t", "container_kvm_t"):
        wrong.append("seLinuxOptions")
    if own.get("windowsOptions", {}).get("hostProcess"):
        wrong.append("hostProcess")
    if any(port.get("hostPort") for port in container.get("ports", [])):
        wrong.append("hostPort")
    return wrong
