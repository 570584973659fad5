using System.Net;
using Isthmus.Core.Errors;

namespace Isthmus.Node.Hosting;

/// <summary>Where a node listens.</summary>
/// <param name="Host">The host as it was written.</param>
/// <param name="EndPoint">The address and port; port 0 takes any free one.</param>
internal sealed record ListenAddress(string Host, IPEndPoint EndPoint)
{
    /// <summary>Reads http://HOST:PORT; HOST is an IP address, localhost, or * for all addresses.</summary>
    /// <exception cref="IsthmusException">The text is no such address.</exception>
    public static ListenAddress Parse(string text)
    {
        string written = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (written.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            throw Wrong($"A node does not speak TLS itself, so it cannot listen at '{text}': listen at http:// and put a proxy that does in front.");
        bool all = written.StartsWith("http://*", StringComparison.Ordinal) || written.StartsWith("http://+", StringComparison.Ordinal);
        if (all) written = string.Concat("http://0.0.0.0", written.AsSpan("http://*".Length));
        if (!Uri.TryCreate(written, UriKind.Absolute, out Uri? uri) || uri.Scheme != "http" || uri.AbsolutePath != "/")
            throw Wrong($"'{text}' is not an address to listen at: write it as http://HOST:PORT.");
        string host = uri.IdnHost;
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)) return new(host, new(IPAddress.Loopback, uri.Port));
        if (!IPAddress.TryParse(host, out IPAddress? address))
            throw Wrong($"'{host}' is not an address of this machine: listen at its IP address, localhost, or * for all.");
        return new(host, new(all ? IPAddress.IPv6Any : address, uri.Port));
    }

    /// <summary>The URL with the port that it got.</summary>
    public string Url(int port) => Host.Contains(':') ? $"http://[{Host}]:{port}" : $"http://{Host}:{port}";

    private static IsthmusException Wrong(string message) => new(ErrorKind.Usage, message);
}
