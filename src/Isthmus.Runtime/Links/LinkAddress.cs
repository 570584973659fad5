using System.Net;
using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Links;

/// <summary>The ends of a link as users write them: host:port, or http://host:port.</summary>
public static class LinkAddress
{
    /// <summary>Reads the address that a link listens on; its host is an address, localhost or * (every address); port 0 is any free port.</summary>
    /// <exception cref="IsthmusException">The text is no such address.</exception>
    public static IPEndPoint ParseListen(string text)
    {
        (string host, int port) = Split(text);
        return host switch
        {
            "localhost" => new IPEndPoint(IPAddress.Loopback, port),
            "*" => new IPEndPoint(IPAddress.Any, port),
            _ when IPAddress.TryParse(host, out IPAddress? address) => new IPEndPoint(address, port),
            _ => throw new IsthmusException(ErrorKind.Usage, $"A link cannot listen on '{text}': write an IP address, localhost or *, and a port, for example 127.0.0.1:9001."),
        };
    }

    /// <summary>Reads the address that a link leads to; its host is an address or a name.</summary>
    /// <exception cref="IsthmusException">The text is no such address.</exception>
    public static EndPoint ParseTarget(string text)
    {
        (string host, int port) = Split(text);
        if (port == 0) throw Wrong(text);
        return IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    private static (string Host, int Port) Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim();
        if (t.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) t = t["http://".Length..].TrimEnd('/');
        int colon = t.LastIndexOf(':');
        string host = colon > 0 ? t[..colon] : "";
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        if (host.Length == 0 || (!bracketed && host.Contains(':')) || host.AsSpan().IndexOfAny("/ \t@") >= 0
            || !ushort.TryParse(t.AsSpan(colon + 1), out ushort port))
            throw Wrong(text);
        return (host, port);
    }

    private static IsthmusException Wrong(string text) =>
        new(ErrorKind.Usage, $"'{text}' is not an address: write it as host:port, [::1]:port or http://host:port.");
}
