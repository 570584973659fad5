using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Lab.Regret;

/// <summary>
/// The nodes of a profile as a device with the product's own <see cref="LinkEstimator"/>, <see cref="CircuitBreaker"/> and rules of
/// <see cref="LinkMonitor"/> would know them, while a trace decides what really happens.
/// </summary>
internal sealed class SimulatedTiers : ITierState
{
    private const long PingBytes = 100;
    private const long LostBytes = 32_000;
    private const int Pings = 3;

    private readonly Dictionary<string, TracedLink> _links;
    private readonly Dictionary<string, LinkEstimator> _estimators = [];
    private readonly Dictionary<string, CircuitBreaker> _breakers = [];
    private readonly ImmutableArray<LinkProfile> _further;
    private readonly SimulatedClock _clock;
    private readonly LinkMonitorOptions _monitor;
    private readonly string _device;

    public SimulatedTiers(Profile profile, string device, Dictionary<string, TracedLink> links, SimulatedClock clock, RegretOptions options)
    {
        _links = links;
        _device = device;
        _clock = clock;
        _monitor = options.Monitor;
        NodeNames = [.. links.Keys];
        _further = [.. profile.Links.Where(l => l.From != device && l.To != device)];
        foreach (string node in NodeNames)
        {
            _estimators[node] = new(clock, options.Estimator);
            // As a run measures links before its first picture.
            _estimators[node].Seed(new(links[node].RoundTrip(0)), links[node].Bandwidth(0));
            _breakers[node] = new(clock);
        }
    }

    public ImmutableArray<string> NodeNames { get; }

    public bool IsExcluded(string node) => _breakers[node].IsOpen;

    public ImmutableArray<LinkProfile> CurrentLinks()
    {
        ImmutableArray<LinkProfile>.Builder links = ImmutableArray.CreateBuilder<LinkProfile>();
        foreach (string node in NodeNames)
        {
            LinkEstimate now = _estimators[node].Current;
            BitsPerSecond bandwidth = new(Math.Max(1, now.Bandwidth.Value));
            links.Add(new(_device, node, now.RoundTrip, bandwidth, true));
            links.Add(new(node, _device, now.RoundTrip, bandwidth, true));
        }

        links.AddRange(_further);
        return links.ToImmutable();
    }

    /// <summary>A picture's transfers to and from a node have ended.</summary>
    public void Answered(string node, long bytes, double onTheWay)
    {
        _estimators[node].Record(new(bytes), new(onTheWay));
        _breakers[node].Succeeded();
    }

    /// <summary>A node did not answer in time: of the link is known that it takes longer than this.</summary>
    public void TimedOut(string node, long bytes, double waited)
    {
        _estimators[node].Record(new(bytes), new(waited));
        _breakers[node].Failed(NodeFailure.Timeout, $"{node} did not answer in time");
    }

    /// <summary>What <see cref="LinkMonitor"/> does, as a sequence of the times to which it waits.</summary>
    /// <param name="watchesLinks">Whether unused links are measured too; if not, only failed nodes are asked.</param>
    public IEnumerable<double> Monitor(bool watchesLinks)
    {
        double interval = _monitor.Interval.TotalMilliseconds;
        for (double tick = interval; ; tick = Math.Max(tick + interval, (Math.Floor(_clock.Now / interval) + 1) * interval))
        {
            yield return tick;
            foreach (string node in NodeNames)
            {
                if (!_breakers[node].IsDue) continue;
                double end = Echo(node, PingBytes), patience = _clock.Now + _monitor.ReviveTimeout.TotalMilliseconds;
                yield return Math.Min(end, patience);
                if (end <= patience) _breakers[node].Succeeded();
                else _breakers[node].Failed(NodeFailure.Timeout, $"{node} did not answer in time");
            }

            if (!watchesLinks) continue;
            foreach (string node in NodeNames)
            {
                LinkEstimator link = _estimators[node];
                if (_breakers[node].IsOpen || link.Current.Age.Value < _monitor.Silence.TotalMilliseconds) continue;
                // As LinkMeasurement.RefreshAsync limits and sizes what it sends.
                double pingLimit = 1_000 + link.Current.RoundTrip.Value;
                bool dead = false;
                for (int i = 0; i < Pings && !dead; i++)
                {
                    double began = _clock.Now, back = Echo(node, PingBytes);
                    dead = back > began + pingLimit;
                    yield return Math.Min(back, began + pingLimit);
                    if (dead) link.Record(new(LostBytes), new(pingLimit * 1.5));
                    else link.Record(ByteCount.Zero, new(_clock.Now - began));
                }

                if (dead) continue;

                double roundTrip = link.Current.RoundTrip.Value, limit = 1_000 + roundTrip;
                long bytes = (long)Math.Clamp(link.Current.Bandwidth.Value / 8 * 0.1, 8_000, LinkMeasurement.LargestRefresh);
                for (int i = 0; i < LinkMeasurement.MostRefreshes; i++)
                {
                    double start = _clock.Now, done = Echo(node, bytes);
                    yield return Math.Min(done, start + limit);
                    BitsPerSecond believed = link.Current.Bandwidth;
                    link.Record(new(bytes), new(done <= start + limit ? done - start : limit * 1.5));
                    if (done > start + limit || LinkMeasurement.NextRefresh(bytes, new(done - start - roundTrip), believed) is not { } next) break;
                    bytes = next;
                }
            }
        }
    }

    // When the answer to so many bytes is back.
    private double Echo(string node, long bytes) => _links[node].Arrival(_links[node].Arrival(_clock.Now, bytes, up: true), PingBytes, up: false);
}
