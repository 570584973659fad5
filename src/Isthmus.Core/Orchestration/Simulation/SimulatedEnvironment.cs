using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// The paper's world, simulated: in each step every user sends one request, each takes what the system's model expects times a random factor of mean 1, and then users and nodes change
/// as Markov chains. Steps complete at once and allocate nothing. Not thread-safe.
/// </summary>
public sealed class SimulatedEnvironment : IOrchestrationEnvironment
{
    private readonly SeededRandom _noise;
    private readonly SeededRandom _changes;
    private readonly int[] _counts;
    private readonly int[] _menus;
    private ConditionChains _chains;
    private double _sigma;
    private double _shift;

    /// <summary>Begins a simulation.</summary>
    /// <param name="model">What requests really take.</param>
    /// <param name="options">How users and nodes are over time, and how far single requests are from what is expected.</param>
    /// <exception cref="IsthmusException">A number is out of its range.</exception>
    public SimulatedEnvironment(SystemModel model, SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Check(model, options);
        Model = model;
        Options = options;
        State = new(model.Actions.Users.Length, model.Actions.Nodes.Length);
        _noise = new(options.Seed);
        _changes = new(~options.Seed);
        _counts = new int[model.Actions.Nodes.Length];
        _menus = [.. model.Actions.Users.Select(u => u.Actions.Length)];
        _chains = new(options.Users, options.Nodes, State, _changes);
        SetSpread(options.Spread);
    }

    /// <summary>What requests really take: whoever learns must not look at it.</summary>
    public SystemModel Model { get; private set; }

    /// <summary>How users and nodes are over time now.</summary>
    public SimulationOptions Options { get; private set; }

    /// <inheritdoc/>
    public ActionSpace Actions => Model.Actions;

    /// <inheritdoc/>
    public SystemState State { get; }

    /// <summary>
    /// Changes the world from now on: other links, other processors, or what requests take. Steps are counted on; the seed is not looked at.
    /// </summary>
    /// <param name="model">What requests take from now on; the users, nodes and numbers of actions must be the same.</param>
    /// <param name="options">How users and nodes are from now on, beginning at their first levels.</param>
    /// <exception cref="IsthmusException">A number is out of its range, or other users, nodes or actions are asked for.</exception>
    public void Change(SystemModel model, SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Check(model, options);
        if (model.Actions.Nodes.Length != _counts.Length || !model.Actions.Users.Select(u => u.Actions.Length).SequenceEqual(_menus))
            throw new IsthmusException(ErrorKind.Usage, "A simulation can change links, machines and times, not users, nodes or numbers of actions: begin another one.");
        Model = model;
        Options = options;
        _chains = new(options.Users, options.Nodes, State, _changes);
        SetSpread(options.Spread);
    }

    /// <inheritdoc/>
    public ValueTask StepAsync(ReadOnlyMemory<int> choices, Memory<double> responseMs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Step(choices.Span, responseMs.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Has every user send a request.</summary>
    /// <param name="choices">The position of each user's action.</param>
    /// <param name="responseMs">Is overwritten: each user's response time in milliseconds; NaN if the request was lost.</param>
    /// <exception cref="IsthmusException">There are not as many choices or times as users, or a choice is in no menu.</exception>
    public void Step(ReadOnlySpan<int> choices, Span<double> responseMs)
    {
        if (choices.Length != _menus.Length || responseMs.Length != _menus.Length) throw new IsthmusException(ErrorKind.Usage, $"A step takes {_menus.Length} choices, one of each user.");
        for (int u = 0; u < choices.Length; u++)
        {
            if ((uint)choices[u] >= (uint)_menus[u]) throw new IsthmusException(ErrorKind.Usage, $"Choice {choices[u]} of user {u} is not in the menu of {_menus[u]} actions.");
        }

        SystemModel model = Model;
        model.Actions.Count(choices, _counts);
        for (int u = 0; u < choices.Length; u++)
        {
            int node = model.Actions.Users[u].Actions[choices[u]].Node;
            double ms = model.ExpectedMs(State, u, choices[u], node < 0 ? 1 : _counts[node]);
            if (_sigma > 0) ms *= Math.Exp((_sigma * _noise.NextNormal()) - _shift);
            responseMs[u] = Options.Loss > 0 && _noise.NextDouble() < Options.Loss ? double.NaN : ms;
        }

        _chains.Advance();
    }

    /// <summary>The mean response time that is expected of a joint action as users and nodes are now.</summary>
    /// <param name="choices">The position of each user's action.</param>
    public double ExpectedMeanMs(ReadOnlySpan<int> choices)
    {
        Model.Actions.Count(choices, _counts);
        double sum = 0;
        for (int u = 0; u < choices.Length; u++)
        {
            int node = Model.Actions.Users[u].Actions[choices[u]].Node;
            sum += Model.ExpectedMs(State, u, choices[u], node < 0 ? 1 : _counts[node]);
        }

        return sum / choices.Length;
    }

    internal static void Check(SystemModel model)
    {
        model.Actions.Validate();
        if (model.Contention.IsDefault || model.Contention.Length != model.Actions.Nodes.Length) throw new IsthmusException(ErrorKind.Usage, "This cannot be simulated: it needs the contention of every node.");
        foreach (ContentionCurve curve in model.Contention) curve.Validate();
        if (!(model.LowMemoryFactor is >= 1 and < double.PositiveInfinity)) throw new IsthmusException(ErrorKind.Usage, "This cannot be simulated: a machine short of memory is not faster, and not infinitely slow.");
    }

    private static void Check(SystemModel model, SimulationOptions options)
    {
        Check(model);
        options.Validate(model.Actions);
    }

    // A log-normal factor of mean 1: exp(σz − σ²/2) with σ² = ln(1 + spread²).
    private void SetSpread(double spread)
    {
        double variance = Math.Log(1 + (spread * spread));
        _sigma = Math.Sqrt(variance);
        _shift = variance / 2;
    }
}
