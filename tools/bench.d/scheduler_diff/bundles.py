"""The parameters that a bundle's implied resources run with, as far as drawn bundles use them: their digest is in the
history, and another one would restart them."""
PORT = "3121"


def address(number):
    return f"192.168.122.{131 + number}"


def container(r, number):
    name, engine, inner, ip = f"{r.name}-{number}", r.bundle["engine"], bool(r.children), bool(r.bundle.get("ip"))
    options = " --restart=no" if engine == "docker" else ""
    if ip:
        options += f" -h {name}"
    options += f" -e PCMK_stderr=1 -e PCMK_remote_port={PORT}"
    own = f"/var/log/pacemaker/bundles/{name}" if inner else ""
    if inner:
        options += f" -v /etc/pacemaker/authkey:/etc/pacemaker/authkey -v {own}:/var/log"
        options += f" -p {address(number)}:{PORT}:{PORT}" if ip else f" -p {PORT}:{PORT}"
    hosts = "".join(f" --add-host={r.name}-{i}:{address(i)}" for i in range(int(r.bundle["replicas"]))) if ip else ""
    params = {"image": "image:latest", "allow_pull": "true", "force_kill": "false", "reuse": "false",
              "run_opts": f"{options} {hosts}", "mount_points": own, "monitor_cmd": "/bin/true"}
    if inner:
        params["run_cmd"] = "/usr/sbin/pacemaker-remoted"
    return params


def ip(number):
    return {"ip": address(number), "cidr_netmask": "32"}


def connection(r, number, host):
    return {"addr": address(number) if r.bundle.get("ip") else host, "port": PORT}
