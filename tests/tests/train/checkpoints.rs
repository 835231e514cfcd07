//! Interruptions: a training that was killed and goes on ends with the bits of one that was not, and
//! what is no checkpoint of it is refused.

use cnn_runtime::train::{Checkpoint, Fit, History, Learner, Sgd, Verbose};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;
use cnn_tests::interrupted::{EPOCHS, train, train_emitted};
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Loss, accuracy, validation's loss and learning rate of an epoch.
type Numbers = (f64, f64, Option<f64>, f64);

/// Of a history what does not depend on the clock.
fn losses(history: &History) -> Vec<Numbers> {
    history.epochs.iter().map(|e| (e.loss, e.accuracy, e.val_loss, e.learning_rate)).collect()
}

fn whole() -> (Vec<f32>, Vec<Numbers>) {
    let (parameters, history) = train(None, Duration::ZERO, EPOCHS).unwrap();
    assert_eq!(history.epochs.len(), EPOCHS);
    (parameters, losses(&history))
}

#[test]
fn a_training_in_two_parts_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let (parameters, history) = whole();
    let checkpoint = || Some(Checkpoint::at(&path));
    for epochs in [3, 7, EPOCHS, EPOCHS] {
        let (found, so_far) = train(checkpoint(), Duration::ZERO, epochs).unwrap();
        assert_eq!(losses(&so_far), history[..epochs]);
        assert_eq!(found == parameters, epochs == EPOCHS);
    }
}

/// `kill -9` at many moments, most of them within an epoch.
#[test]
#[cfg(unix)]
fn a_training_that_is_killed_and_goes_on_ends_with_the_same_bits() {
    killed_ends_with("train", &whole().0);
}

/// The emitted engine, which is killed on two threads and was not on one.
#[test]
#[cfg(unix)]
fn an_emitted_network_that_is_killed_and_goes_on_ends_with_the_same_bits() {
    let (parameters, history) = train_emitted(None, Duration::ZERO, EPOCHS, 1).unwrap();
    assert_eq!(history.epochs.len(), EPOCHS);
    killed_ends_with("emitted", &parameters);
}

#[cfg(unix)]
fn killed_ends_with(net: &str, parameters: &[f32]) {
    let folder = tempfile::tempdir().unwrap();
    let [checkpoint, out] = ["run.safetensors", "out"].map(|name| folder.path().join(name));
    let start = || -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_victim"));
        command.arg(net).args([&checkpoint, &out]).spawn().unwrap()
    };
    let written = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    let (mut kills, begin) = (0, Instant::now());
    while !out.exists() {
        assert!(begin.elapsed() < Duration::from_secs(120), "it does not get on");
        let before = written(&checkpoint);
        let mut child = start();
        // Until it has got on, or is done.
        while written(&checkpoint) == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(kills * 7 % 20));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    assert!(kills >= 5, "{kills} kills");
    let bytes: Vec<u8> = parameters.iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(fs::read(out).unwrap(), bytes);
}

/// A training of ten batches with a checkpoint in this folder.
fn short(folder: &Path, net: &mut HandWritten, change: impl FnOnce(&mut Fit<'_>)) -> String {
    let data = Clusters { len: 80, features: 6, classes: 3, spread: 0.5 };
    let mut fit = Fit {
        batch_size: 16,
        epochs: 2,
        checkpoint: Some(Checkpoint::at(folder.join("run.safetensors"))),
        verbose: Verbose::Silent,
        ..Fit::default()
    };
    change(&mut fit);
    let before = net.parameters().to_vec();
    match fit.run(net, &data) {
        Ok(_) => String::new(),
        Err(error) => {
            assert_eq!(net.parameters(), before, "nothing has changed");
            error.to_string().replace(&format!("{}/", folder.display()), "")
        }
    }
}

#[test]
fn a_checkpoint_of_another_training_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let net = || HandWritten::new(6, 4, 3, 1);
    assert_eq!(short(folder.path(), &mut net(), |_| ()), "");
    let said = |net: &mut HandWritten, change: &dyn Fn(&mut Fit<'_>)| {
        short(folder.path(), net, |fit| change(fit))
    };
    let other = |what: &str, saved: &str, wanted: &str| {
        format!(
            "checkpoint `run.safetensors` is of another training: {what} was {saved}, and is \
             {wanted} now; to begin anew, delete the file or set `resume: false`"
        )
    };
    let kernel = |sizes: &str| format!("\"dense1\" DenseKernel {{ flattened: None }} {sizes}");
    assert_eq!(
        said(&mut HandWritten::new(6, 5, 3, 1), &|_| ()),
        other("tensor 0", &kernel("[6, 4]"), &kernel("[6, 5]"))
    );
    let mut frozen = net();
    frozen.frozen[0] = true;
    assert_eq!(
        said(&mut frozen, &|_| ()),
        other("tensor 0", &kernel("[6, 4]"), &(kernel("[6, 4]") + ", frozen"))
    );
    assert_eq!(said(&mut net(), &|fit| fit.batch_size = 17), other("batch_size", "16", "17"));
    assert_eq!(said(&mut net(), &|fit| fit.seed = 1), other("seed", "0", "1"));
    let fast = Sgd { learning_rate: 0.02, ..Sgd::default() };
    let refused = said(&mut net(), &|fit| fit.optimizer = fast.into());
    assert!(refused.contains("optimizer was Sgd(Sgd { learning_rate: 0.01, "), "{refused}");
    let refused = said(&mut net(), &|fit| {
        fit.callbacks.push(Box::new(cnn_runtime::train::EarlyStopping::patience(1)));
    });
    assert_eq!(refused, other("the number of callbacks", "0", "1"));
    // More epochs are no other training, and beginning anew is a choice.
    assert_eq!(said(&mut net(), &|fit| fit.epochs = 3), "");
    let anew = |fit: &mut Fit<'_>| {
        fit.seed = 1;
        fit.checkpoint.as_mut().unwrap().resume = false;
    };
    assert_eq!(said(&mut net(), &anew), "");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut net = HandWritten::new(6, 4, 3, 1);
    assert_eq!(short(folder.path(), &mut net, |_| ()), "");
    let whole = fs::read(&path).unwrap();
    let mut said = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        short(folder.path(), &mut net, |_| ())
    };
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        let text = said(&whole[..length]);
        assert!(text.starts_with("`run.safetensors` is no whole checkpoint: "), "{length}: {text}");
    }
    let mut longer = whole.clone();
    longer.extend([0; 4]);
    assert!(said(&longer).starts_with("`run.safetensors` is no whole checkpoint: "));
    // Any bit of the numbers, and any digit of where the run was.
    for place in [whole.len() - 1, whole.len() - 200] {
        let mut changed = whole.clone();
        changed[place] ^= 0x10;
        assert_eq!(
            said(&changed),
            "`run.safetensors` is no whole checkpoint: its checksum is another"
        );
    }
    let at = whole.windows(7).position(|window| window == b"epoch =").unwrap() + 8;
    let mut changed = whole.clone();
    changed[at] = b'1';
    assert_eq!(said(&changed), "`run.safetensors` is no whole checkpoint: its checksum is another");
    let weights = cnn_weights::to_bytes(&[], &[]).unwrap();
    assert_eq!(
        said(&weights),
        "`run.safetensors` is no whole checkpoint: its metadata are not those of a checkpoint"
    );
    assert_eq!(said(&whole), "");
}
