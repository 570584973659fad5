using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Isthmus.Node.Hosting;

/// <summary>How every server of Isthmus listens and logs.</summary>
internal static class ServerSetup
{
    // Room for 1 Gbit/s over 100 ms in one connection; HTTP/2's own defaults of 64 KiB would starve such a link.
    private const int ConnectionWindow = 16 << 20;
    private const int StreamWindow = 8 << 20;
    private const int MaxConnections = 1024;

    /// <summary>HTTP/1.1 and HTTP/2 on one cleartext port.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="maxBody">Bytes of the largest body.</param>
    /// <param name="clock">The clock.</param>
    public static void Configure(KestrelServerOptions kestrel, ListenAddress address, long maxBody, TimeProvider clock)
    {
        kestrel.AddServerHeader = false;
        // A connection that is told to be HTTP/2 by its preface says http in :scheme, as it should.
        kestrel.AllowAlternateSchemes = true;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestBodySize = maxBody;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindow;
        kestrel.Limits.Http2.MaxFrameSize = 256 * 1024;
        kestrel.Listen(address.EndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => connection => PrefaceSniffer.SniffAsync(connection, next, clock));
        });
    }

    /// <summary>Logs on stderr.</summary>
    public static void AddLogging(ILoggingBuilder logging, NodeLogFormat format)
    {
        if (format == NodeLogFormat.None) return;
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // It warns that HTTP/2 needs TLS, which PrefaceSniffer makes untrue.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // Stdout belongs to the result of the command.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (format == NodeLogFormat.Json)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }
    }
}
