using System.Collections.Immutable;
using Isthmus.Core.Orchestration;

namespace Isthmus.Bench;

/// <summary>Invented users of a shared edge and cloud, with the MobileNets of Shahhosseini et al.: eight variants on the own device, the largest on each node.</summary>
internal static class InventedUsers
{
    // Width 1, 0.75, 0.5, 0.25 in float32, then in int8: published top-5 accuracies (TF-slim) and relative times of a phone.
    private static readonly ImmutableArray<(string Name, double Ms, double Accuracy)> Ladder =
    [
        ("d0", 24.0, 0.899), ("d1", 14.6, 0.882), ("d2", 7.9, 0.849), ("d3", 3.3, 0.742), ("d4", 13, 0.889), ("d5", 8.5, 0.870), ("d6", 4.7, 0.832), ("d7", 2.3, 0.728),
    ];

    /// <summary>A model of such users, each with a device of its own pace.</summary>
    /// <param name="seed">Equal seeds make equal users.</param>
    /// <param name="users">How many.</param>
    /// <param name="nodeVariants">How many variants each node offers, 1 to 8.</param>
    /// <param name="alike">Whether all have the same device.</param>
    public static SystemModel Create(int seed, int users, int nodeVariants = 1, bool alike = false)
    {
        Random random = new(seed);
        ImmutableArray<UserMenu> menus =
        [
            .. Enumerable.Range(0, users).Select(u =>
            {
                double pace = alike ? 15 : 8 + (random.NextDouble() * 20);
                return new UserMenu($"u{u}",
                [
                    .. Ladder.Select(v => new UserAction($"device {v.Name}", UserAction.Own, v.Ms * pace, 0, 0, v.Accuracy) { Variant = v.Name }),
                    .. Ladder.Take(nodeVariants).Select(v => new UserAction($"edge {v.Name}", 0, 0, 12_000, v.Ms * 4.5, v.Accuracy) { Variant = v.Name }),
                    .. Ladder.Take(nodeVariants).Select(v => new UserAction($"cloud {v.Name}", 1, 0, 12_000, v.Ms * 2.2, v.Accuracy) { Variant = v.Name }),
                ]);
            }),
        ];
        int edge = Math.Max(2, users / 8), cloud = Math.Max(4, users / 4);
        return new(new(["edge", "cloud"], menus), [ContentionCurve.TakingTurns(edge), ContentionCurve.TakingTurns(cloud)]);
    }

    /// <summary>How these users and nodes are at some moment: busy or not, on regular or weak links.</summary>
    public static SystemState State(SystemModel model, int seed)
    {
        Random random = new(seed);
        SystemState state = new(model.Actions.Users.Length, model.Actions.Nodes.Length);
        for (int u = 0; u < state.Users.Length; u++)
        {
            bool weak = random.NextDouble() < 0.4;
            state.Users[u] = new(random.NextDouble() < 0.3 ? 0.5 : 1, 0.6, weak ? 8 : 40, weak ? 24 : 4);
        }

        for (int n = 0; n < state.Nodes.Length; n++) state.Nodes[n] = new(0.4 + (0.6 * random.NextDouble()), 0.6, 1000, n == 0 ? 1 : 20);
        return state;
    }

    /// <summary>What a profile of these users says that is off: paces by about 20 %, actions by 10 %, nodes by 20 %.</summary>
    public static SystemModel Off(SystemModel model, int seed)
    {
        Random random = new(seed);
        return model with
        {
            Actions = model.Actions with
            {
                Users =
                [
                    .. model.Actions.Users.Select(u =>
                    {
                        double pace = Factor(0.2);
                        return u with { Actions = [.. u.Actions.Select(a => a with { DeviceMs = a.DeviceMs * pace * Factor(0.1), NodeMs = a.NodeMs * Factor(0.2) })] };
                    }),
                ],
            },
        };

        double Factor(double spread) => Math.Exp(spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
