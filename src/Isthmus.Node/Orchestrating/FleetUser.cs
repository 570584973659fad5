using Isthmus.Core.Orchestration.Admission;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Orchestrating;

/// <summary>A user that is registered: what it can do, what is decided for it, and what it reported since the last step. Thread-safe.</summary>
/// <param name="name">The user.</param>
/// <param name="registration">What it can do; checked.</param>
/// <param name="order">The number of the registration: users keep their order.</param>
/// <param name="now">The time stamp of the registration.</param>
internal sealed class FleetUser(string name, UserRegistration registration, long order, long now)
{
    private const double Newest = 0.2;

    private readonly Lock _lock = new();
    private readonly double[] _sum = new double[registration.Actions.Length];
    private readonly int[] _count = new int[registration.Actions.Length];
    private FleetDecision? _decision;
    private DeviceReport? _device = registration.Device;
    private long _seen = now;
    private int _asked;
    private int _reported;
    private long _answered;
    private long _fallbacks;
    private long _lost;
    private long _shed;
    private double? _meanMs;

    public string Name => name;

    public UserRegistration Registration => registration;

    public string Menu { get; } = registration.MenuId();

    /// <summary>The position of the safe action; −1 if there is none.</summary>
    public int Safe { get; } = registration.Safe();

    public long Order => order;

    /// <summary>What is decided; null before the first decision.</summary>
    public FleetDecision? Decision
    {
        get => Volatile.Read(ref _decision);
        set => Volatile.Write(ref _decision, value);
    }

    /// <summary>Which of its requests may use the decided node.</summary>
    public AdmissionCredit Through { get; } = new();

    /// <summary>Which of its questions are answered at all.</summary>
    public AdmissionCredit Answered { get; } = new();

    /// <summary>Requests a second, lately; written by the decision loop alone.</summary>
    public double PerSecond { get; set; }

    /// <summary>When it was last heard of, as a time stamp.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>How its device and links are; null if it did not say.</summary>
    public DeviceReport? Device => Volatile.Read(ref _device);

    /// <summary>It was heard of.</summary>
    public void See(long timestamp, DeviceReport? device)
    {
        Interlocked.Exchange(ref _seen, timestamp);
        if (device is not null) Volatile.Write(ref _device, device);
    }

    /// <summary>It asked.</summary>
    public void CountQuestion() => Interlocked.Increment(ref _asked);

    /// <summary>A question was answered with the safe action.</summary>
    public void CountShed() => Interlocked.Increment(ref _shed);

    /// <summary>It reported.</summary>
    /// <param name="outcome">What; checked.</param>
    /// <param name="ms">What it counts as, in milliseconds.</param>
    public void Add(RequestOutcome outcome, double ms)
    {
        lock (_lock)
        {
            _reported++;
            _sum[outcome.Action] += ms;
            _count[outcome.Action]++;
            _meanMs = _meanMs is { } mean ? (mean * (1 - Newest)) + (ms * Newest) : ms;
            if (outcome.Lost) _lost++;
            else _answered++;
            if (outcome.Fallback) _fallbacks++;
        }
    }

    /// <summary>Takes what was reported since the last step.</summary>
    public UserStep Drain()
    {
        lock (_lock)
        {
            int requests = Math.Max(Interlocked.Exchange(ref _asked, 0), _reported), most = -1;
            double mean = double.NaN;
            if (_reported > 0)
            {
                most = 0;
                for (int a = 1; a < _count.Length; a++)
                {
                    if (_count[a] > _count[most]) most = a;
                }

                mean = _sum[most] / _count[most];
                Array.Clear(_sum);
                Array.Clear(_count);
                _reported = 0;
            }

            return new(most, mean, requests);
        }
    }

    /// <summary>What it did so far: answered, answered in another way, lost, shed, and what requests took lately.</summary>
    public (long Answered, long Fallbacks, long Lost, long Shed, double? MeanMs) Counts
    {
        get
        {
            lock (_lock) return (_answered, _fallbacks, _lost, Interlocked.Read(ref _shed), _meanMs);
        }
    }
}
