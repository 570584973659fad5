using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Bench;

/// <summary>
/// What the link emulator delivers beside what it was asked for, over rates and delays, and what it costs when it emulates
/// nothing, beside bare loopback. Sender and receiver share a clock, so delays are truly one way.
/// </summary>
public sealed class LinkComparison : IComparison
{
    private const double SecondsOfTraffic = 1;
    private const double SecondsOfPings = 1.2;

    private static readonly double[] MegabitsPerSecond = [0.1, 1, 10, 100];
    private static readonly double[] DelayMilliseconds = [1, 25, 100];

    /// <inheritdoc/>
    public string Name => "link";

    /// <inheritdoc/>
    public string Summary => "Rate and one-way delay of the emulated link beside the demanded ones, and of an emulator that adds nothing beside bare loopback.";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        List<ComparisonRow> rows = [];
        int cases = MegabitsPerSecond.Length * DelayMilliseconds.Length + 1;
        progress.Report(new ProgressReport("no emulation", 0));
        await CompareTransparentAsync(rows, cancellationToken);
        int done = 1;
        foreach (double rate in MegabitsPerSecond)
        {
            foreach (double delay in DelayMilliseconds)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string name = $"{rate} Mbit/s, {delay} ms";
                progress.Report(new ProgressReport(name, done++ / (double)cases));
                LinkConditions conditions = new(new BitsPerSecond(rate * 1e6), new Milliseconds(delay));
                await CompareAsync(rows, name, conditions, cancellationToken);
            }
        }

        return rows;
    }

    private static async Task CompareAsync(List<ComparisonRow> rows, string name, LinkConditions conditions, CancellationToken cancellationToken)
    {
        using Socket listener = Listen();
        await using LinkEmulator link = LinkEmulator.Start(new LinkEmulatorOptions { To = listener.LocalEndPoint!, Up = conditions, Down = conditions });
        (Socket client, Socket server) = await ConnectAsync(link.EndPoint, listener, cancellationToken);
        using (client)
        using (server)
        {
            double demanded = conditions.Delay.Value;
            int pings = (int)Math.Clamp(SecondsOfPings * 1e3 / (2 * demanded + 1), 6, 100);
            double onTheLine = conditions.Rate.TransferTime(new ByteCount(1)).Value;
            List<double> timer = [];
            double[] errors = [.. Ping(client, server, pings, () => timer.Add(Lateness(demanded))).Select(delay => delay - onTheLine - demanded)];
            double median = demanded + Quantile(errors, 0.5);
            double[] sizes = [.. errors.Select(Math.Abs)];
            double large = Quantile(sizes, 0.95);

            int bytes = (int)(conditions.Rate.Value / 8 * SecondsOfTraffic);
            double up = Throughput(client, server, bytes), down = Throughput(server, client, bytes);
            double wanted = conditions.Rate.Value / 1e6;
            rows.Add(Rate(name, "rate up", up / 1e6, wanted));
            rows.Add(Rate(name, "rate down", down / 1e6, wanted));
            rows.Add(ComparisonRow.Of(name, "one-way delay, median", "ms", median, "demanded", demanded, "within 2 ms", Math.Abs(median - demanded) <= 2));
            rows.Add(ComparisonRow.Of(name, "one-way delay, error p95", "ms", large, "timer's lateness p95", Quantile([.. timer], 0.95), "within 2 ms", large <= 2));
            rows.Add(ComparisonRow.Of(name, $"one-way delay, worst error of {errors.Length}", "ms", sizes.Max(), "timer's worst lateness", timer.Max()));
        }
    }

    private static ComparisonRow Rate(string name, string metric, double measured, double demanded) =>
        ComparisonRow.Of(name, metric, "Mbit/s", measured, "demanded", demanded, "within 5 %", Math.Abs(measured / demanded - 1) <= 0.05);

    private static async Task CompareTransparentAsync(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        using Socket listener = Listen();
        await using LinkEmulator link = LinkEmulator.Start(new LinkEmulatorOptions { To = listener.LocalEndPoint! });
        (double Delay, double Rate) bare = await MeasureAsync((IPEndPoint)listener.LocalEndPoint!), emulated = await MeasureAsync(link.EndPoint);
        rows.Add(ComparisonRow.Of("no emulation", "one-way delay, median", "ms", emulated.Delay, "bare loopback", bare.Delay));
        rows.Add(ComparisonRow.Of("no emulation", "rate up", "Mbit/s", emulated.Rate / 1e6, "bare loopback", bare.Rate / 1e6));

        async Task<(double Delay, double Rate)> MeasureAsync(IPEndPoint to)
        {
            (Socket client, Socket server) = await ConnectAsync(to, listener, cancellationToken);
            using (client)
            using (server)
            {
                Ping(client, server, 50);
                return (Quantile([.. Ping(client, server, 200)], 0.5), Throughput(client, server, 64 << 20));
            }
        }
    }

    private static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static async Task<(Socket Client, Socket Server)> ConnectAsync(IPEndPoint to, Socket listener, CancellationToken cancellationToken)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(to, cancellationToken);
        Socket server = await listener.AcceptAsync(cancellationToken);
        server.NoDelay = true;
        return (client, server);
    }

    // One byte there and one back, again and again; the one-way delay of each, in milliseconds. The first pair crosses during
    // the handshake and does not count.
    private static List<double> Ping(Socket client, Socket server, int count, Action? between = null)
    {
        Random random = new(4);
        List<double> delays = [];
        byte[] one = new byte[1];
        for (int i = 0; i <= count; i++)
        {
            between?.Invoke();
            // Timers tick in milliseconds: meet them at every phase.
            long pause = Stopwatch.GetTimestamp() + random.Next((int)(Stopwatch.Frequency / 1000));
            while (Stopwatch.GetTimestamp() < pause) Thread.SpinWait(20);
            double up = Cross(client, server), down = Cross(server, client);
            if (i > 0) delays.AddRange([up, down]);
        }

        return delays;

        double Cross(Socket from, Socket to)
        {
            long start = Stopwatch.GetTimestamp();
            from.Send(one);
            to.Receive(one);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    // How late this machine wakes a thread that does nothing but wait: what no emulator can do better, in milliseconds.
    private static double Lateness(double milliseconds)
    {
        using ManualResetEvent never = new(initialState: false);
        long start = Stopwatch.GetTimestamp();
        never.WaitOne(TimeSpan.FromMilliseconds(milliseconds));
        return Math.Abs(Stopwatch.GetElapsedTime(start).TotalMilliseconds - milliseconds);
    }

    // Bits per second between the first bytes' arrival and the last one's.
    private static double Throughput(Socket from, Socket to, int bytes)
    {
        Thread sender = new(() =>
        {
            byte[] some = new byte[32 * 1024];
            for (int left = bytes; left > 0;) left -= from.Send(some, Math.Min(left, some.Length), SocketFlags.None);
        })
        { IsBackground = true };
        sender.Start();
        byte[] buffer = new byte[256 * 1024];
        int first = to.Receive(buffer);
        long start = Stopwatch.GetTimestamp();
        for (int left = bytes - first; left > 0;) left -= to.Receive(buffer);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        sender.Join();
        return (bytes - first) * 8.0 / seconds;
    }

    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
