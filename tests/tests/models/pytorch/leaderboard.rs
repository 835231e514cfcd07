//! What PyTorch 2.15.0 gives, printed by `tests/pytorch/models.py leaderboard`.

use crate::forward::Expected;

#[rustfmt::skip]
pub const RESNET_18: Expected = Expected {
    logits: &[
        -25.45214624236191, -6.237767687059648, -11.313519937763854, 16.13718190947507,
        -3.608924494016089,
    ],
    single: 2.20e-06,
};

#[rustfmt::skip]
pub const RESNET_50: Expected = Expected {
    logits: &[
        -12.59409839023107, 16.09253220522914, -8.26385755747146, 7.181674168968196,
        -6.119363322044231,
    ],
    single: 7.35e-06,
};

#[rustfmt::skip]
pub const RESNET_V1D: Expected = Expected {
    logits: &[
        -13.572820753019474, -16.08354944730585, -6.715496185552297, 15.863784167265145,
        0.34121347976896726,
    ],
    single: 5.12e-06,
};

#[rustfmt::skip]
pub const RESNEXT: Expected = Expected {
    logits: &[
        -17.179263889909187, 15.499707777641479, -3.3605057416860853, 11.65792752475539,
        -4.889865178014946,
    ],
    single: 4.04e-06,
};

#[rustfmt::skip]
pub const SENET: Expected = Expected {
    logits: &[
        -5.060780227444509, -0.4926992226975315, -15.734060975783356, -15.876658908730292,
        1.5641587122368805,
    ],
    single: 9.05e-06,
};

#[rustfmt::skip]
pub const DPN: Expected = Expected {
    logits: &[
        -5.377571516715809, -16.790227826257386, 2.210071703148521, -12.158004560086205,
        5.5837457082949555,
    ],
    single: 4.97e-06,
};

#[rustfmt::skip]
pub const PYRAMIDNET: Expected = Expected {
    logits: &[
        -5.679605274706425, -10.37724901548261, -1.3865616493202042, 2.6483824591024483,
        29.563635651711476,
    ],
    single: 1.03e-05,
};

#[rustfmt::skip]
pub const INCEPTION_RESNET: Expected = Expected {
    logits: &[
        -3.593948472518803, -2.4073535520851586, -1.54735510078011, 23.01031329720243,
        9.042260047090426,
    ],
    single: 1.28e-05,
};

#[rustfmt::skip]
pub const NASNET: Expected = Expected {
    logits: &[
        -1852.748525410496, -2596.215092677022, -3057.009329143163, 635.7119403448686,
        3200.3827337209045,
    ],
    single: 1.80e-03,
};

#[rustfmt::skip]
pub const PNASNET: Expected = Expected {
    logits: &[
        -113.23094147181754, 13.968450952436765, 21.782335525166694, -19.96528823288763,
        6.109977669975784,
    ],
    single: 3.10e-05,
};

#[rustfmt::skip]
pub const AMOEBANET_A: Expected = Expected {
    logits: &[
        122.9846939030625, 243.71596737034844, -105.24778620531737, -279.9500405980443,
        336.0827711193035,
    ],
    single: 1.60e-04,
};

#[rustfmt::skip]
pub const AMOEBANET_B: Expected = Expected {
    logits: &[
        2679.0491358441072, -1731.9684557647047, 560.671945531961, -1711.6378859078666,
        248.16259494920183,
    ],
    single: 7.45e-04,
};

#[rustfmt::skip]
pub const AMOEBANET_C: Expected = Expected {
    logits: &[
        -73.17135116634812, -40.49200823309554, -103.12647485930832, 79.3309133106711,
        -10.177895355992245,
    ],
    single: 8.15e-05,
};

#[rustfmt::skip]
pub const POLYNET: Expected = Expected {
    logits: &[
        257.6078070655834, -138.34196032292664, 249.59386679582175, -290.7015523813327,
        -125.47398176278818,
    ],
    single: 2.28e-04,
};
